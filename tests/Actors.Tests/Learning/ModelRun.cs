using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Actors.Tests.Episodes;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;
using Akka.Actor;
using TorchSharp;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>A tiny real model that learns with PPO: in a plain loop, and on actors. Tensors are computed with one thread, so that bits can be compared.</summary>
internal sealed class ModelRun : IDisposable
{
    private const int EndOfText = 0;

    private static readonly TransformerConfig _config = new() { VocabularySize = 40, ContextLength = 24, Width = 16, Layers = 2, Heads = 2 };

    /// <summary>Alarms that see what the reward model says itself.</summary>
    public AlarmWatch Alarms(AlarmSettings settings) => new(settings, EndOfText, new ScoreAudit(_reward, Ppo, EndOfText));

    private readonly Transformer _start = new Transformer(_config).Initialize(3);
    private readonly ScalarNetwork _judge;
    private readonly RewardModel _reward;
    private readonly EpisodeQueries _queries;
    private readonly SamplingSettings _sampling;
    private readonly int _lag;

    /// <summary>A run.</summary>
    /// <param name="lag">How many versions older than the policy that learns one that generates may be.</param>
    public ModelRun(int lag = 0)
    {
        _lag = lag;
        Ppo = Ppo with { ImportanceWeightCap = lag > 0 ? 2 : 0 };
        _start.Parameters.Set("wte.weight", [.. _start.Parameters.Get("wte.weight").Select(weight => weight * 20)]); // not all tokens alike
        _judge = ScalarNetwork.FromLanguageModel(_start, 5);
        _reward = new RewardModel(_judge, EndOfText);
        _queries = new EpisodeQueries([.. Enumerable.Range(0, 37).Select(i => Enumerable.Range(0, 3 + i % 6).Select(t => 1 + (7 * i + 3 * t) % 39).ToArray())], Ppo.Seed);
        _sampling = new SamplingSettings { Temperature = Ppo.Temperature, MaxResponseTokens = Ppo.ResponseLength, Slots = 4, Threads = 1 };
    }

    public PpoSettings Ppo { get; } = new()
    {
        Seed = 11, TotalEpisodes = 100, BatchSize = 16, Epochs = 2, Minibatches = 2, ResponseLength = 12, KlControl = KlControl.Adaptive,
        Optimizer = new OptimizerSettings { LearningRate = 1e-3 },
    };

    public EpisodeSettings Episodes => new()
    {
        Plan = new EpisodePlan { Run = Runs.Name, TotalEpisodes = Ppo.TotalEpisodes, BatchSize = Ppo.BatchSize, Shards = 2 },
        MaxPolicyLag = _lag,
        LeaseDuration = Runs.LeaseDuration,
        VocabularySize = _config.VocabularySize,
        MaxResponseTokens = Ppo.ResponseLength,
    };

    /// <summary>Generates a batch, scores it and learns from it, to the end, on a thread.</summary>
    /// <returns>Every trajectory, and the weights of policy and value function.</returns>
    public async Task<(IReadOnlyList<Trajectory> Trajectories, float[] Weights)> PlainLoop()
    {
        using var thread = new ComputeThread("plain");
        return await thread.Run(() =>
        {
            torch.set_num_threads(1); // of this thread
            using var policy = _start.Clone();
            using var critic = _judge.Clone();
            using var policyOptimizer = new AdamW(policy.Parameters, Ppo.Optimizer);
            using var valueOptimizer = new AdamW(critic.Parameters, Ppo.Optimizer);
            using var learner = new PpoLearner(Ppo, policy, policyOptimizer, new ValueNetwork(critic), valueOptimizer);
            using var team = new ThreadTeam(1);
            using var rewards = new SequenceReader(_config, _judge.Parameters, team);
            using var references = new SequenceReader(_config, _start.Parameters, team);
            var all = new List<Trajectory>();
            while (learner.State.Episodes < Ppo.TotalEpisodes)
            {
                var first = learner.State.Episodes;
                var count = (int)Math.Min(Ppo.BatchSize, Ppo.TotalEpisodes - first);
                using var generator = new ResponseGenerator(policy, _sampling, _queries.Longest, EndOfText, Ppo.Seed);
                var responses = generator.Generate(Enumerable.Range(0, count).Select(i => new Query(first + i, _queries[first + i])))
                    .OrderBy(response => response.EpisodeId).ToList();
                var pairs = responses.Select(response => (response.Query, response.Response)).ToArray();
                var scores = _reward.Score(pairs, rewards);
                var log = references.LogProbabilities(pairs, Ppo.Temperature);
                Trajectory[] batch = [.. responses.Select((response, i) => new Trajectory(
                    response.EpisodeId, response.Query, response.Response, response.LogProbabilities, log[i],
                    ResponseEnd.Score(response.Response, EndOfText, scores[i], Ppo), learner.State.Updates))];
                learner.Update(batch);
                all.AddRange(batch);
            }

            return (all, Weights(policy, critic));
        });
    }

    /// <summary>Starts shards, learner, a scorer and a rollout.</summary>
    /// <param name="system">The system.</param>
    /// <param name="folder">Where checkpoints are.</param>
    /// <param name="scored">Called when a batch has been scored, on the scorer's thread.</param>
    /// <param name="trained">Called when a step has been taken, on the learner's thread.</param>
    public LocalRun Start(ActorSystem system, string folder, Action? scored = null, Action? trained = null)
    {
        var parameters = new LocalParameters(_start.Parameters.Shapes);
        var learning = new LearnerSettings
        {
            Plan = Episodes.Plan, MaxPolicyLag = _lag, CheckpointBatches = 3, CheckpointInterval = TimeSpan.FromHours(1), KeepJournal = true, Retry = TimeSpan.FromMilliseconds(50),
        };
        var scoring = new RewardScorerSettings
        {
            Plan = Episodes.Plan, Name = "scorer", BatchSize = 4, Patience = TimeSpan.FromMilliseconds(5), Capacity = 12,
            VocabularySize = Episodes.VocabularySize, MaxResponseTokens = Episodes.MaxResponseTokens, Retry = TimeSpan.FromMilliseconds(50),
        };
        var rolling = new RolloutSettings
        {
            Plan = Episodes.Plan, MaxPolicyLag = Episodes.MaxPolicyLag, Name = "rollout", Leases = new LeaseSizing { Lead = TimeSpan.FromSeconds(1), First = 6, Most = 64 }, Capacity = 64,
            ScoringPatience = Runs.LeaseDuration, Slice = TimeSpan.FromMilliseconds(1), Retry = TimeSpan.FromMilliseconds(50),
        };
        Func<IScorer> makeScorer = () => new CountedScorer(new ModelScorer(Ppo, _reward, _start, EndOfText, threads: 1), scored);
        Func<IGeneration> makeGeneration = () => new PolicyGeneration(new Transformer(_config), _sampling, _queries.Longest, EndOfText, Ppo.Seed, parameters);
        Func<ITrainer> makeTrainer = () => Trainer(folder, parameters.Publish, trained);
        Func<long, int[]> query = episode => _queries[episode];
        var shards = system.ActorOf(Props.Create(() => new LocalRun.LocalShards(Episodes)), "shards");
        var scorer = system.ActorOf(Props.Create(() => new RewardScorer(scoring, makeScorer, query, shards, null)), "scorer");
        var rollout = system.ActorOf(Props.Create(() => new Rollout(rolling, makeGeneration, query, shards, scorer, null, null)), "rollout");
        var learner = system.ActorOf(Props.Create(() => new Learner(learning, makeTrainer, shards, rollout, null)), "learner");
        return new LocalRun(system, Episodes, shards, learner);
    }

    /// <summary>A trainer; to be used on one thread.</summary>
    public PpoTrainer Trainer(string folder, Action<long, ParameterBlock>? publish = null, Action? trained = null, int keep = 2, AlarmWatch? alarms = null) =>
        new(Ppo, _start, _reward, episode => _queries[episode], new CheckpointStore(folder, keep), publish, new StepWatch(trained), threads: 1, alarms);

    /// <summary>Has a new trainer load, learn from batches and write a checkpoint.</summary>
    /// <returns>What it loaded, and the weights in the end.</returns>
    public async Task<(long Loaded, float[] Weights)> Train(string folder, IEnumerable<BatchFormed> batches, params long[] checkpoints)
    {
        using var thread = new ComputeThread("trainer");
        var loaded = await thread.Run(() =>
        {
            using var trainer = Trainer(folder);
            var version = trainer.Load();
            foreach (var batch in batches.Where(batch => batch.Batch >= version))
            {
                trainer.Train(batch);
                if (checkpoints.Contains(batch.Batch + 1)) trainer.Checkpoint(batch.Batch + 1);
            }

            return version;
        });
        return (loaded, Newest(folder).Weights);
    }

    /// <summary>The newest checkpoint's weights of policy and value function.</summary>
    public (long Version, float[] Weights) Newest(string folder)
    {
        using var policy = new Transformer(_config);
        using var critic = _judge.Clone();
        using var policyOptimizer = new AdamW(policy.Parameters, Ppo.Optimizer);
        using var valueOptimizer = new AdamW(critic.Parameters, Ppo.Optimizer);
        var content = new CheckpointContent().Add("policy", policy.Parameters, policyOptimizer).Add("value", critic.Parameters, valueOptimizer);
        var loaded = new CheckpointStore(folder).LoadLatest(content);
        Assert.NotNull(loaded);
        return (loaded.State.Step, Weights(policy, critic));
    }

    public void Dispose()
    {
        _judge.Dispose();
        _start.Dispose();
    }

    private static float[] Weights(Transformer policy, ScalarNetwork critic) =>
        [.. new[] { policy.Parameters, critic.Parameters }.SelectMany(block => block.Shapes.SelectMany(shape => block.Get(shape.Name)))];

    private sealed class CountedScorer(IScorer scorer, Action? scored) : IScorer
    {
        public IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch)
        {
            var result = scorer.Score(batch);
            scored?.Invoke();
            return result;
        }

        public void Dispose() => scorer.Dispose();
    }
}
