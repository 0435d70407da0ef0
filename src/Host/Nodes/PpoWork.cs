using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;
using TorchSharp;

namespace ActorRlhf.Host.Nodes;

/// <summary>PPO on a dataset's texts: a policy writes summaries, a reward model scores them.</summary>
public sealed class PpoWork : INodeWork, IDisposable
{
    private const int LeastCapacity = 64;

    private readonly RunSettings _settings;
    private readonly SummaryTask _task;
    private readonly SummaryDataset _data;
    private readonly LoadedNetworks _networks;
    private readonly EpisodeQueries _queries;
    private readonly ComputeTurns _turns = new();
    private readonly LastUpdate _figures = new();
    private readonly Func<LoadedNetworks, ITrainingObserver>? _observe;

    /// <summary>The work of a run.</summary>
    /// <param name="settings">The run's settings, resolved and seeded; the cluster's say where the models are.</param>
    /// <param name="task">What a query looks like, in the tokens of the policy.</param>
    /// <param name="data">The texts.</param>
    /// <param name="observe">Makes what watches training, on the learner's thread; null where nobody does.</param>
    /// <exception cref="UserErrorException">The settings do not go together.</exception>
    public PpoWork(RunSettings settings, SummaryTask task, SummaryDataset data, Func<LoadedNetworks, ITrainingObserver>? observe = null)
    {
        (_settings, _task, _data, _observe) = (settings, task, data, observe);
        _settings.Ppo.RequireFor(settings.Cluster.MaxPolicyLag);
        _networks = new LoadedNetworks(settings.Cluster.Model, settings.Cluster.Reward, task.Tokenizer.EndOfText);
        int[][] prompts = [.. data.Train.Select(task.Query)];
        _queries = new EpisodeQueries(prompts, _settings.Ppo.Seed);
        Fingerprint = RunFingerprint.Of(_settings, prompts);
        Episodes = new EpisodeSettings
        {
            Plan = Plan(settings) with { Content = RunFingerprint.Hash(Fingerprint) },
            MaxPolicyLag = settings.Cluster.MaxPolicyLag,
            LeaseDuration = settings.Cluster.LeaseDuration,
            KeepJournal = settings.Cluster.KeepJournal,
            VocabularySize = task.Tokenizer.VocabularySize,
            MaxResponseTokens = _settings.Ppo.ResponseLength,
        };
        Episodes.Plan.Validate();
    }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public EpisodeSettings Episodes { get; }

    /// <inheritdoc/>
    public IEpisodeTexts Texts => new EpisodeTexts(_task, _data.Train, _queries);

    /// <inheritdoc/>
    public RecentSamples Samples { get; } = new();

    /// <inheritdoc/>
    public UpdateFigures? LastUpdate => _figures.Last;

    /// <inheritdoc/>
    public LearnerSettings Learner => new()
    {
        Plan = Episodes.Plan,
        MaxPolicyLag = Episodes.MaxPolicyLag,
        CheckpointBatches = _settings.PpoSchedule.CheckpointEvery,
        CheckpointInterval = _settings.Cluster.CheckpointInterval,
        KeepJournal = _settings.Cluster.KeepJournal || _settings.Cluster.KeepBatches,
        CheckSetting = (key, value) => LiveSettings.Check(_settings.Ppo, key, value),
    };

    /// <inheritdoc/>
    public string Device(NodeRoles role) => Device(role switch
    {
        NodeRoles.Learner => _settings.Learner.Device,
        NodeRoles.Rollout => _settings.Rollout.Device,
        _ => _settings.Scorer.Device,
    }).ToString();

    /// <inheritdoc/>
    public RolloutSettings Rollout(string name)
    {
        var slots = Slots(_networks.Start(Device(_settings.Rollout.Device)).Config);
        var capacity = Math.Max(LeastCapacity, 6 * slots);
        return new RolloutSettings
        {
            Plan = Episodes.Plan,
            MaxPolicyLag = Episodes.MaxPolicyLag,
            Name = name,
            Leases = new LeaseSizing { Lead = _settings.Rollout.Lead, First = 2 * slots, Most = capacity },
            Capacity = capacity,
            ScoringPatience = Episodes.LeaseDuration,
        };
    }

    /// <inheritdoc/>
    public RewardScorerSettings Scorer(string name) => new()
    {
        Plan = Episodes.Plan,
        Name = name,
        BatchSize = _settings.Scorer.BatchSize,
        Patience = _settings.Scorer.Patience,
        Capacity = 4 * _settings.Scorer.BatchSize,
        VocabularySize = Episodes.VocabularySize,
        MaxResponseTokens = Episodes.MaxResponseTokens,
    };

    /// <inheritdoc/>
    public int[] Query(long episode) => _queries[episode];

    /// <inheritdoc/>
    public string Text(int[] response) => _task.Text(response);

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">A model is missing, or the reward model does not pass the check before the first step.</exception>
    public ITrainer MakeTrainer(Action<long, ParameterBlock> publish)
    {
        var device = Device(_settings.Learner.Device);
        var endOfText = _task.Tokenizer.EndOfText;
        var store = Checkpoints(_settings);
        var reward = _networks.Reward(device);
        if (store.List().Count == 0) ReferenceCheck.Require(reward, _data, _task, _settings);
        var samples = new SampleObserver(Samples, _task, _data.Train, new PromptOrder(_data.Train.Count, _settings.Ppo.Seed), reward);
        var observer = new TrainingObservers(_observe is null ? [samples, _figures] : [_observe(_networks), samples, _figures]);
        return _turns.Share(new PpoTrainer(
            _settings.Ppo, _networks.Start(device), reward, Query, store, publish, observer,
            Threads(_settings.Learner.Threads, _settings.Threads), new AlarmWatch(_settings.Alarms, endOfText, new ScoreAudit(reward, _settings.Ppo, endOfText))));
    }

    /// <inheritdoc/>
    public IGeneration MakeGeneration(IParameterSource parameters)
    {
        var policy = _networks.Start(Device(_settings.Rollout.Device)).Clone();
        var sampling = _settings.Sampling with
        {
            Temperature = _settings.Ppo.Temperature,
            MaxResponseTokens = _settings.Ppo.ResponseLength,
            TopK = 0,
            TopP = 1,
            Greedy = false,
            Slots = Slots(policy.Config),
            Threads = Threads(_settings.Rollout.Threads, _settings.Sampling.Threads),
        };
        torch.set_num_threads(sampling.Threads);
        return _turns.Share(new PolicyGeneration(policy, sampling, _queries.Longest, _task.Tokenizer.EndOfText, _settings.Ppo.Seed, parameters));
    }

    /// <inheritdoc/>
    public IScorer MakeScorer()
    {
        var device = Device(_settings.Scorer.Device);
        return _turns.Share(new ModelScorer(
            _settings.Ppo with { ForwardTokens = _settings.Scorer.ForwardTokens }, _networks.Reward(device), _networks.Start(device), _task.Tokenizer.EndOfText,
            Threads(_settings.Scorer.Threads, _settings.Threads)));
    }

    /// <summary>Frees the networks; the actors that use them have ended.</summary>
    public void Dispose() => _networks.Dispose();

    /// <summary>A run's checkpoints.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="keep">How many are kept.</param>
    public static CheckpointStore Checkpoints(string folder, int keep = 2) => new(Path.Combine(folder, "checkpoints", PpoMonitor.Phase), keep);

    /// <summary>A run's checkpoints, of which as many are kept as its settings say, and at least two.</summary>
    public static CheckpointStore Checkpoints(RunSettings settings) => Checkpoints(settings.Cluster.Directory, Math.Max(2, settings.PpoSchedule.KeepCheckpoints));

    /// <summary>Which episodes a run has.</summary>
    public static EpisodePlan Plan(RunSettings settings) => new()
    {
        Run = settings.Cluster.Run, TotalEpisodes = settings.Ppo.TotalEpisodes, BatchSize = settings.Ppo.BatchSize, Shards = settings.Cluster.Shards,
    };

    private static torch.Device Device(string name) => Devices.Find(name);

    private static int Threads(int own, int common) => own > 0 ? own : common > 0 ? common : Environment.ProcessorCount;

    // Keys and values of a slot: two float32 vectors a layer for each token of the longest query and response. TorchSharp does not tell a GPU's memory.
    private int Slots(TransformerConfig config)
    {
        var wanted = _settings.Rollout.Slots > 0 ? _settings.Rollout.Slots : _settings.Sampling.Slots;
        if (Device(_settings.Rollout.Device).type != DeviceType.CPU) return wanted;
        var slot = 2L * config.Layers * config.Width * (_queries.Longest + _settings.Ppo.ResponseLength) * sizeof(float);
        var fit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * _settings.Rollout.MemoryFraction / slot;
        return (int)Math.Clamp(fit, 1, wanted);
    }
}
