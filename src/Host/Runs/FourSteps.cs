using System.Globalization;
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
    private const int ReferenceTexts = 512; // enough for the mean reference reward and the start check

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
            [.. comparisons.Train.Select(comparison => Preferences.Of(comparison, _task))], validation, ReferencePairs(), _progress, cancellation);
        AtomicDirectory.Write(folder, fresh =>
        {
            PretrainedModel.Save(fresh, network, endOfText: _task.Tokenizer.EndOfText);
            _task.Tokenizer.Save(fresh);
        });
        return network;
    });

    /// <summary>The check before PPO: how often a reward model ranks a human summary above another text's.</summary>
    public RewardCheck Check(RewardModel reward)
    {
        var pairs = ReferencePairs();
        var partners = RewardCheck.Partners(pairs.Count, _settings.Seed);
        return RewardCheck.Of(
            reward.Score(pairs), reward.Score([.. pairs.Select((pair, i) => (pair.Query, pairs[partners[i]].Response))]), _settings.RewardCheck);
    }

    /// <summary>Trains a policy against a reward model with PPO, after the check.</summary>
    /// <param name="output">The result's folder in the run's: a model and its tokenizer.</param>
    /// <param name="start">The policy it starts as and is kept near to.</param>
    /// <param name="reward">Scores episodes.</param>
    /// <param name="cancellation">Stops it; a checkpoint is written first.</param>
    /// <returns>The policy; the caller owns it.</returns>
    /// <exception cref="Model.UserErrorException">The reward model does not pass the check.</exception>
    public Transformer Ppo(string output, Transformer start, RewardModel reward, CancellationToken cancellation) => Step(PpoPhase.Name, output, PretrainedModel.LoadTransformer, folder =>
    {
        var check = Check(reward);
        _progress.Note(string.Create(CultureInfo.InvariantCulture, $"check: the reward model ranks {check.Share:P1} of human summaries above another text's"));
        check.Require();
        var policy = start.Clone();
        var watched = new HeldOut(Watched, _task, _settings.Sampling, _settings.Ppo.Temperature, _settings.Seed);
        var baseline = watched.Gold(watched.Summaries("sft", start, cancellation));
        new PpoPhase(_settings.Ppo, _settings.Sampling, _settings.PpoSchedule).Run(
            _directory, _metrics, policy, start, reward, _task, [.. _data.Train.Select(_task.Query)], Watch, _progress, cancellation);
        Save(folder, policy);
        return policy;

        Dictionary<string, double> Watch(Transformer current)
        {
            var samples = watched.Sample("ppo", current, CancellationToken.None);
            var wins = WinRate.OfScores(watched.Gold(watched.Summaries("ppo", current, CancellationToken.None)), baseline);
            return new()
            {
                ["heldout/kl"] = watched.Kl(start, samples),
                ["heldout/score"] = watched.Scores(reward, samples, _settings.Ppo).Average(),
                ["heldout/gold_win_rate_vs_sft"] = wins.Rate,
                ["heldout/gold_win_rate_vs_sft_low"] = wins.Interval.Low,
                ["heldout/gold_win_rate_vs_sft_high"] = wins.Interval.High,
            };
        }
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

    private List<(int[] Query, int[] Response)> ReferencePairs() =>
        [.. _data.Validation.Take(ReferenceTexts).Select(example => (_task.Query(example), _task.Answer(example.Reference)))];
}
