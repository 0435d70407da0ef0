using System.Globalization;
using System.Text.Json;
using ActorRlhf.Host.Reports;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Text;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Demo;

/// <summary>
/// The paper's four steps in a row: supervised fine-tuning, comparisons, a reward model, PPO; then what came of it. Each step leaves its
/// result in the run's folder, and a run that was stopped goes on with the step it was in.
/// </summary>
public sealed class DemoRun
{
    private const string SftFolder = "sft";
    private const string RewardFolder = "reward";
    private const string PpoFolder = "ppo";
    private const string TrainComparisons = "comparisons.train.jsonl";
    private const string ValidationComparisons = "comparisons.validation.jsonl";
    private const int ReferenceTexts = 512; // enough for the mean reference reward and the start check

    private readonly DemoSettings _settings;
    private readonly RunDirectory _directory;
    private readonly SummaryDataset _data;
    private readonly SummaryTask _task;
    private readonly IRunProgress _progress;
    private readonly PhaseClock _clock;

    /// <param name="settings">The steps' settings; resolved here.</param>
    /// <param name="directory">The run's folder.</param>
    /// <param name="data">The texts.</param>
    /// <param name="progress">Told of every step.</param>
    /// <exception cref="UserErrorException">The base model is missing or does not fit the task.</exception>
    public DemoRun(DemoSettings settings, RunDirectory directory, SummaryDataset data, IRunProgress progress)
    {
        _settings = settings.Resolved();
        _directory = directory;
        _data = data;
        _progress = progress;
        _task = new SummaryTask(_settings.Task, ByteLevelBpe.Load(settings.BaseModel));
        _clock = new PhaseClock(directory.In("phases.json"));
    }

    /// <summary>Runs what is left of the four steps and writes <c>report.html</c> and <c>report.json</c>.</summary>
    /// <exception cref="OperationCanceledException">It was stopped, and can be gone on with.</exception>
    public DemoResult Run(CancellationToken cancellation)
    {
        using var metrics = _directory.OpenMetrics();
        using var sft = Sft(metrics, cancellation);
        Compare(sft, cancellation);
        using var reward = Reward(metrics, sft, cancellation);
        var model = new RewardModel(reward, _task.Tokenizer.EndOfText);
        Check(model).Require();
        using var policy = Ppo(metrics, sft, model, cancellation);
        return Evaluate(sft, model, policy, cancellation);
    }

    private Transformer Sft(MetricsLog metrics, CancellationToken cancellation) => Step(SftFolder, PretrainedModel.LoadTransformer, folder =>
    {
        var model = PretrainedModel.LoadTransformer(_settings.BaseModel);
        var validation = new Dictionary<string, IReadOnlyList<TrainingSequence>> { ["validation_loss"] = SummarySequences(_data.Validation) };
        new LanguageModelPhase(SftFolder, _settings.Sft, _settings.SftSchedule)
            .Run(_directory, metrics, model, SummarySequences(_data.Train), validation, _progress, cancellation);
        Save(folder, model);
        return model;
    });

    private void Compare(Transformer sft, CancellationToken cancellation)
    {
        if (File.Exists(_directory.In(ValidationComparisons))) return;
        using var timed = _clock.Start("compare");
        var collected = new ComparisonPhase(_settings.Comparisons, _settings.Sampling).Run(sft, _task, _data, _progress, cancellation);
        ComparisonFile.Write(_directory.In(TrainComparisons), collected.Train.Select(label => label.Comparison));
        ComparisonFile.Write(_directory.In(ValidationComparisons), collected.Validation.Select(label => label.Comparison));
        _progress.Note(string.Create(CultureInfo.InvariantCulture,
            $"compare: {collected.Train.Count} comparisons by the simulated labeler, {collected.Disagreement:P1} of labels contradict its noiseless judgement"));
    }

    private ScalarNetwork Reward(MetricsLog metrics, Transformer sft, CancellationToken cancellation) => Step(RewardFolder, PretrainedModel.LoadScalar, folder =>
    {
        var network = ScalarNetwork.FromLanguageModel(sft, _settings.Reward.Seed);
        var held = ComparisonFile.Read(_directory.In(ValidationComparisons)).ToArray();
        var validation = new Dictionary<string, IReadOnlyList<Preference>>
        {
            ["accuracy"] = [.. held.Select(comparison => Preferences.Of(comparison, _task, GoldChoice(comparison)))],
            ["label_accuracy"] = [.. held.Select(comparison => Preferences.Of(comparison, _task))],
        };
        new RewardPhase(_settings.Reward, _settings.RewardSchedule).Run(
            _directory, metrics, new RewardModel(network, _task.Tokenizer.EndOfText),
            [.. ComparisonFile.Read(_directory.In(TrainComparisons)).Select(comparison => Preferences.Of(comparison, _task))],
            validation, ReferencePairs(), _progress, cancellation);
        AtomicDirectory.Write(folder, fresh => PretrainedModel.Save(fresh, network, endOfText: _task.Tokenizer.EndOfText));
        return network;
    });

    private RewardCheck Check(RewardModel reward)
    {
        var pairs = ReferencePairs();
        var partners = RewardCheck.Partners(pairs.Count, _settings.Seed);
        var check = RewardCheck.Of(
            reward.Score(pairs), reward.Score([.. pairs.Select((pair, i) => (pair.Query, pairs[partners[i]].Response))]), _settings.RewardCheck);
        _progress.Note(string.Create(CultureInfo.InvariantCulture, $"check: {check.Share:P1} of human summaries outrank another text's"));
        return check;
    }

    private Transformer Ppo(MetricsLog metrics, Transformer sft, RewardModel reward, CancellationToken cancellation) => Step(PpoFolder, PretrainedModel.LoadTransformer, folder =>
    {
        var policy = sft.Clone();
        var watched = new HeldOut([.. _data.Validation.Take(_settings.Evaluation.Validation)], _task, _settings.Sampling, _settings.Seed);
        var baseline = watched.Gold(watched.Summaries(sft, cancellation));
        new PpoPhase(_settings.Ppo, _settings.Sampling, _settings.PpoSchedule).Run(
            _directory, metrics, policy, sft, reward, _task, [.. _data.Train.Select(_task.Query)], Watch, _progress, cancellation);
        Save(folder, policy);
        return policy;

        Dictionary<string, double> Watch(Transformer current)
        {
            var samples = watched.Sample(current, CancellationToken.None);
            var wins = WinRate.OfScores(watched.Gold(watched.Summaries(current, CancellationToken.None)), baseline);
            return new()
            {
                ["heldout/kl"] = HeldOut.Kl(sft, samples),
                ["heldout/score"] = watched.Scores(reward, samples, _settings.Ppo).Average(),
                ["heldout/gold_win_rate_vs_sft"] = wins.Rate,
                ["heldout/gold_win_rate_vs_sft_low"] = wins.Interval.Low,
                ["heldout/gold_win_rate_vs_sft_high"] = wins.Interval.High,
            };
        }
    });

    private DemoResult Evaluate(Transformer sft, RewardModel reward, Transformer policy, CancellationToken cancellation)
    {
        DemoResult result;
        DemoSummaries summaries;
        using (_clock.Start("evaluate"))
        {
            _progress.Report(new RunProgress("evaluate", 0, 1, "policies"));
            summaries = Summarize(sft, reward, policy, cancellation);
            result = Measure(sft, reward, policy, summaries, cancellation);
        }
        result = result with { PhaseSeconds = _clock.Seconds, PeakRssMegabytes = PeakMemory.Megabytes() };
        AtomicFile.WriteText(_directory.ReportDataPath, JsonSerializer.Serialize(result, DemoResult.Json) + "\n");
        AtomicFile.WriteText(_directory.ReportPath, ReportPage.Render(DemoReport.Of(_settings, result, summaries, [.. MetricsLog.Read(_directory.MetricsPath)])));
        return result;
    }

    private DemoSummaries Summarize(Transformer sft, RewardModel reward, Transformer policy, CancellationToken cancellation)
    {
        var test = new HeldOut([.. _data.Test.Take(_settings.Evaluation.Test)], _task, _settings.Sampling, _settings.Seed);
        JudgedSummaries Judge(IReadOnlyList<string> texts) => new(texts, test.Gold(texts), test.Scores(reward, texts));
        return new DemoSummaries(
            test,
            Judge(test.References),
            Judge([.. test.Examples.Select(example => LeadBaseline.Summarize(example.Fields[_settings.Task.TruncateField], _settings.Evaluation.LeadWords))]),
            Judge(test.Summaries(sft, cancellation)),
            Judge(test.Summaries(policy, cancellation)));
    }

    private DemoResult Measure(Transformer sft, RewardModel reward, Transformer policy, DemoSummaries summaries, CancellationToken cancellation)
    {
        var (sftSamples, policySamples) = (summaries.Test.Sample(sft, cancellation), summaries.Test.Sample(policy, cancellation));
        var (sftScores, policyScores) = (summaries.Test.Scores(reward, sftSamples, _settings.Ppo), summaries.Test.Scores(reward, policySamples, _settings.Ppo));
        var deviation = Math.Sqrt(sftScores.Average(score => Math.Pow(score - sftScores.Average(), 2)));
        var validation = SummarySequences(_data.Validation);
        var held = ComparisonFile.Read(_directory.In(ValidationComparisons)).ToArray();
        var train = ComparisonFile.Read(_directory.In(TrainComparisons)).ToArray();
        var (gold, labels) = RewardAccuracy(reward, held);
        using var start = PretrainedModel.LoadTransformer(_settings.BaseModel);
        return new DemoResult
        {
            Seed = _settings.Seed,
            Data = _data.Source,
            Sft = new(LanguageModelTrainer.Evaluate(sft, validation), LanguageModelTrainer.Evaluate(start, validation)),
            Reward = new(gold, labels, train.Average(comparison => comparison.Choice == GoldChoice(comparison) ? 0.0 : 1.0), train.Length, held.Length, Check(reward).Share),
            Ppo = new(
                (policyScores.Average() - sftScores.Average()) / deviation, HeldOut.Kl(sft, policySamples), policyScores.Average(), sftScores.Average(),
                deviation, _settings.Ppo.TotalEpisodes, policySamples.Average(sample => sample.Ended ? 0.0 : 1.0),
                JudgedSummaries.Rate(summaries.Ppo.Rewards, summaries.Human.Rewards)),
            Gold = GoldFigures.Of(summaries),
            PhaseSeconds = new Dictionary<string, double>(),
            PeakRssMegabytes = 0,
        };
    }

    private (double Gold, double Labels) RewardAccuracy(RewardModel reward, IReadOnlyList<Comparison> comparisons)
    {
        var preferences = comparisons.Select(comparison => Preferences.Of(comparison, _task)).ToArray();
        var scores = new Queue<float>(reward.Score([.. preferences.SelectMany(preference => preference.Responses.Select(response => (preference.Query, response)))]));
        var rewards = preferences.Select(preference => preference.Responses.Select(_ => scores.Dequeue()).ToArray()).ToArray();
        return (
            RewardStatistics.Of(rewards, [.. comparisons.Select(GoldChoice)]).Accuracy,
            RewardStatistics.Of(rewards, [.. comparisons.Select(comparison => comparison.Choice)]).Accuracy);
    }

    private void Save(string folder, Transformer model) => AtomicDirectory.Write(folder, fresh =>
    {
        PretrainedModel.Save(fresh, model, endOfText: _task.Tokenizer.EndOfText);
        _task.Tokenizer.Save(fresh);
    });

    // A step whose result is there is not done again.
    private T Step<T>(string name, Func<string, TorchSharp.torch.Device?, T> load, Func<string, T> work)
    {
        var folder = _directory.In(name);
        if (Directory.Exists(folder))
            return load(folder, null);
        using var timed = _clock.Start(name);
        return work(folder);
    }

    private int GoldChoice(Comparison comparison)
    {
        _references ??= _data.Train.Concat(_data.Validation).ToDictionary(example => example.Id, example => example.Reference);
        return SimulatedLabeler.GoldChoice([.. comparison.Summaries.Select(summary => GoldScore.Of(summary.Text, _references[comparison.ExampleId]))])
            ?? throw new InvalidOperationException($"comparison of {comparison.ExampleId} is a tie, and ties are not written");
    }

    private Dictionary<string, string>? _references;

    private TrainingSequence[] SummarySequences(IEnumerable<SummaryExample> examples) =>
        [.. examples.Select(example => _task.Sequence(example, summaryOnly: true))];

    private List<(int[] Query, int[] Response)> ReferencePairs() =>
        [.. _data.Validation.Take(ReferenceTexts).Select(example => (_task.Query(example), _task.Answer(example.Reference)))];
}
