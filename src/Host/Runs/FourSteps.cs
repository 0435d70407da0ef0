using System.Globalization;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;
using TorchSharp;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// The paper's four steps within a run's folder: supervised fine-tuning, comparisons, a reward model, PPO. Each leaves its result there and is
/// not done again where it has; one that was stopped goes on.
/// </summary>
public sealed class FourSteps
{
    private readonly RunSettings _settings;
    private readonly SummaryTask _task;
    private readonly SummaryDataset _data;
    private readonly RunDirectory _directory;
    private readonly MetricsLog _metrics;
    private readonly IRunProgress _progress;

    /// <param name="settings">The steps' settings, resolved.</param>
    /// <param name="task">What a query looks like.</param>
    /// <param name="data">The texts.</param>
    /// <param name="directory">The run's folder.</param>
    /// <param name="metrics">The run's open metrics.</param>
    /// <param name="progress">Told of every step.</param>
    public FourSteps(RunSettings settings, SummaryTask task, SummaryDataset data, RunDirectory directory, MetricsLog metrics, IRunProgress progress)
    {
        _settings = settings.Seeded();
        _task = task;
        _data = data;
        _directory = directory;
        _metrics = metrics;
        _progress = progress;
        Clock = new PhaseClock(directory.In("phases.json"));
    }

    /// <summary>Seconds that the steps took.</summary>
    internal PhaseClock Clock { get; }

    /// <summary>Fine-tunes the base model on human summaries.</summary>
    /// <param name="output">The result's folder in the run's: a model and its tokenizer.</param>
    /// <param name="cancellation">Stops it; a checkpoint is written first.</param>
    /// <returns>The policy; the caller owns it.</returns>
    /// <exception cref="OperationCanceledException">It was stopped, and can be gone on with. So for the other steps.</exception>
    public Transformer Sft(string output, CancellationToken cancellation) => Step("sft", output, PretrainedModel.LoadTransformer, folder =>
    {
        var model = PretrainedModel.LoadTransformer(_settings.BaseModel);
        var validation = new Dictionary<string, IReadOnlyList<TrainingSequence>> { ["validation_loss"] = [.. Sequences(Watched)] };
        new LanguageModelPhase("sft", _settings.Sft, _settings.SftSchedule)
            .Run(_directory, _metrics, model, [.. Sequences(_data.Train)], validation, _progress, cancellation);
        Save(folder, model);
        return model;
    });

    /// <summary>Has the simulated labeler compare a policy's own summaries.</summary>
    /// <param name="output">The result's folder in the run's.</param>
    /// <param name="policy">Writes the summaries.</param>
    /// <param name="cancellation">Stops it.</param>
    public ComparisonSet Compare(string output, Transformer policy, CancellationToken cancellation) => Step(ComparisonPhase.Name, output, (folder, _) => ComparisonSet.Load(folder), folder =>
    {
        var collected = new ComparisonPhase(_settings.Comparisons, _settings.Sampling).Run(
            _directory, _metrics, policy, _task, _data, made => made.Comparisons.Save(folder), _progress, cancellation);
        _progress.Note(string.Create(CultureInfo.InvariantCulture,
            $"compare: {collected.Train.Count} comparisons by the simulated labeler, {collected.Disagreement:P1} of labels contradict its noiseless judgement"));
        return collected.Comparisons;
    });

    /// <summary>Trains a reward model, whose body starts as the policy's.</summary>
    /// <param name="output">The result's folder in the run's: a network with a scalar head, and the tokenizer.</param>
    /// <param name="policy">Whose body it starts from.</param>
    /// <param name="comparisons">What to learn.</param>
    /// <param name="cancellation">Stops it; a checkpoint is written first.</param>
    /// <returns>The network; the caller owns it.</returns>
    public ScalarNetwork Reward(string output, Transformer policy, ComparisonSet comparisons, CancellationToken cancellation) => Step(RewardPhase.Name, output, PretrainedModel.LoadScalar, folder =>
    {
        var network = ScalarNetwork.FromLanguageModel(policy, _settings.Reward.Seed, _settings.Reward.ReadOut);
        var validation = new Dictionary<string, IReadOnlyList<Preference>> { ["label_accuracy"] = [.. comparisons.Validation.Select(comparison => Preferences.Of(comparison, _task))] };
        if (comparisons.IsSimulated)
        {
            var gold = new GoldJudgement(_data);
            validation["accuracy"] = [.. comparisons.Validation.Select(comparison => Preferences.Of(comparison, _task, gold.Choice(comparison)))];
        }
        new RewardPhase(_settings.Reward, _settings.RewardSchedule).Run(
            _directory, _metrics, new RewardModel(network, _task.Tokenizer.EndOfText),
            [.. comparisons.Train.Select(comparison => Preferences.Of(comparison, _task))], validation, ReferenceCheck.Pairs(_data, _task), _progress, cancellation);
        AtomicDirectory.Write(folder, fresh =>
        {
            PretrainedModel.Save(fresh, network, endOfText: _task.Tokenizer.EndOfText);
            _task.Tokenizer.Save(fresh);
        });
        return network;
    });

    /// <summary>The check before PPO: how often a reward model ranks a human summary above another text's.</summary>
    public RewardCheck Check(RewardModel reward) => ReferenceCheck.Of(reward, _data, _task, _settings);

    /// <summary>Trains a policy against a reward model with PPO, after the check: all actors in this process, the journal in the run's folder.</summary>
    /// <param name="output">The result's folder in the run's: a model and its tokenizer.</param>
    /// <param name="start">The folder of the policy that it starts as and is kept near to.</param>
    /// <param name="reward">The folder of the reward model that scores episodes.</param>
    /// <param name="cancellation">Stops it; a checkpoint is written first.</param>
    /// <returns>The policy; the caller owns it.</returns>
    /// <exception cref="Model.UserErrorException">The reward model does not pass the check, or training cannot go on.</exception>
    public Transformer Ppo(string output, string start, string reward, CancellationToken cancellation) => Step(PpoMonitor.Phase, output, PretrainedModel.LoadTransformer, folder =>
    {
        var settings = _settings with { Cluster = _settings.Cluster with { Directory = _directory.Path, Model = start, Reward = reward } };
        using var work = new PpoWork(settings, _task, _data, networks => new PpoMonitor(settings, _task, _data, networks, _metrics, policy => Save(folder, policy), _progress));
        using var log = NodeLog.ToFile(_directory.In("logs/ppo.log"), settings.Logs, PpoMonitor.Phase);
        using var traces = TraceFile.Open(settings.Traces, _directory.Path, settings.Cluster.Run, PpoMonitor.Phase);
        var options = new NodeOptions { Name = PpoMonitor.Phase, Roles = NodeRoles.All, Network = settings.Network, Cluster = settings.Cluster, Heard = new PauseNotice(_progress).Hear };
        NodeRun.RunAsync(options, work, log, cancellation).GetAwaiter().GetResult();
        return PretrainedModel.LoadTransformer(folder);
    });

    private SummaryExample[] Watched => [.. _data.Validation.Take(_settings.Evaluation.Validation)];

    private T Step<T>(string name, string output, Func<string, torch.Device?, T> load, Func<string, T> work)
    {
        var folder = _directory.In(output);
        if (Directory.Exists(folder))
            return load(folder, null);
        using var timed = Clock.Start(name);
        return work(folder);
    }

    private void Save(string folder, Transformer model) => AtomicDirectory.Write(folder, fresh =>
    {
        PretrainedModel.Save(fresh, model, endOfText: _task.Tokenizer.EndOfText);
        _task.Tokenizer.Save(fresh);
    });

    private IEnumerable<TrainingSequence> Sequences(IEnumerable<SummaryExample> examples) => examples.Select(example => _task.Sequence(example, summaryOnly: true));
}
