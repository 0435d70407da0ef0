using System.Text.Json;
using ActorRlhf.Host.Reports;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Demo;

/// <summary>
/// The paper's four steps in a row, and what came of them. Each step leaves its result in the run's folder, and a run that was stopped goes on
/// with the step it was in.
/// </summary>
/// <param name="settings">The steps' settings, resolved.</param>
/// <param name="directory">The run's folder.</param>
/// <param name="progress">Told of every step.</param>
public sealed class DemoRun(RunSettings settings, RunDirectory directory, IRunProgress progress)
{
    /// <summary>The kind of run.</summary>
    public const string Kind = "demo";

    private const string SummariesFile = "summaries.json";

    /// <summary>Runs what is left of the four steps and writes <c>report.html</c>, <c>report.json</c> and <c>summaries.json</c>.</summary>
    /// <returns>The figures, and the summaries they are of.</returns>
    /// <exception cref="UserErrorException">The base model or the dataset is missing or does not fit, or the reward model is no better than chance.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, and can be gone on with.</exception>
    public (DemoResult Result, DemoSummaries Summaries) Run(CancellationToken cancellation)
    {
        if (!File.Exists(directory.ReportDataPath))
            Train(cancellation);
        WriteReport(directory.Path);
        return (DemoFile.Read<DemoResult>(directory.ReportDataPath), DemoSummaries.Load(directory.In(SummariesFile)));
    }

    /// <summary>Writes the report page of a finished run anew.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <returns>The page's path.</returns>
    /// <exception cref="UserErrorException">The folder holds no finished demo run.</exception>
    public static string WriteReport(string folder)
    {
        var result = DemoFile.Read<DemoResult>(Path.Combine(folder, RunDirectory.ReportDataFile));
        var summaries = DemoSummaries.Load(Path.Combine(folder, SummariesFile));
        var document = SettingsDocument.Load(Path.Combine(folder, RunDirectory.ConfigFile), environment: _ => null);
        var samples = SettingsReader.Read<RunSettings>(document, RunSettings.Section).Evaluation.Samples;
        var metrics = MetricsLog.Read(Path.Combine(folder, RunDirectory.MetricsFile)).ToArray();
        var page = Path.Combine(folder, RunDirectory.ReportFile);
        AtomicFile.WriteText(page, ReportPage.Render(DemoReport.Of(samples, result, summaries, metrics)));
        return page;
    }

    private void Train(CancellationToken cancellation)
    {
        var task = TaskModel.Load(settings.BaseModel, settings.Task);
        var data = DebianData.Provide(settings, progress, cancellation);
        using var metrics = directory.OpenMetrics();
        var steps = new FourSteps(settings, task, data, directory, metrics, progress);
        using var sft = steps.Sft("sft", cancellation);
        var comparisons = steps.Compare("comparisons", sft, cancellation);
        using var network = steps.Reward("reward", sft, comparisons, cancellation);
        var reward = new RewardModel(network, task.Tokenizer.EndOfText);
        using var policy = steps.Ppo("ppo", directory.In("sft"), directory.In("reward"), cancellation);

        DemoResult result;
        using (steps.Clock.Start(PolicyEvaluation.Name))
        {
            var draws = new ResponseDraws(PolicyEvaluation.Name, directory, metrics, settings.Seed, progress);
            var test = new HeldOut([.. data.Test.Take(settings.Evaluation.Test)], task, settings.Sampling, settings.Ppo.Temperature, settings.Seed, draws);
            var summaries = Summarize(test, sft, reward, policy, cancellation);
            summaries.Save(directory.In(SummariesFile));
            result = Measure(steps, task, data, test, comparisons, sft, reward, policy, summaries, cancellation);
            draws.Forget();
        }
        result = result with { PhaseSeconds = steps.Clock.Seconds, PeakRssMegabytes = PeakMemory.Megabytes() };
        AtomicFile.WriteText(directory.ReportDataPath, JsonSerializer.Serialize(result, DemoResult.Json) + "\n"); // the last file: with it the run is over
    }

    private DemoSummaries Summarize(HeldOut test, Transformer sft, RewardModel reward, Transformer policy, CancellationToken cancellation)
    {
        var sftTexts = test.Summaries("sft", sft, cancellation);
        var policyTexts = test.Summaries("ppo", policy, cancellation);
        return new DemoSummaries(
            [.. test.Examples.Select(example => example.Id)],
            [.. test.Examples.Select(example => example.Fields[settings.Task.TruncateField])],
            test.Judge(test.References, reward),
            test.Judge([.. test.Examples.Select(example => LeadBaseline.Summarize(example.Fields[settings.Task.TruncateField], settings.Evaluation.LeadWords))], reward),
            test.Judge(sftTexts, reward),
            test.Judge(policyTexts, reward));
    }

    private DemoResult Measure(
        FourSteps steps, SummaryTask task, SummaryDataset data, HeldOut test, ComparisonSet comparisons,
        Transformer sft, RewardModel reward, Transformer policy, DemoSummaries summaries, CancellationToken cancellation)
    {
        var (sftSamples, policySamples) = (test.Sample("sft", sft, cancellation), test.Sample("ppo", policy, cancellation));
        var gain = RewardGain.Of(test.Scores(reward, policySamples, settings.Ppo), test.Scores(reward, sftSamples, settings.Ppo));
        TrainingSequence[] validation = [.. data.Validation.Select(example => task.Sequence(example, summaryOnly: true))];
        var judgement = new GoldJudgement(data);
        var (gold, labels) = RewardAccuracy(task, reward, comparisons.Validation, judgement);
        var own = comparisons.Validation.Where(ComparisonPhase.IsOfOwnSummaries).ToArray();
        var ownTrain = comparisons.Train.Where(ComparisonPhase.IsOfOwnSummaries).ToArray();
        using var start = PretrainedModel.LoadTransformer(settings.BaseModel);
        return new DemoResult
        {
            Seed = settings.Seed,
            Data = data.Source,
            Sft = new(LanguageModelTrainer.Evaluate(sft, validation), LanguageModelTrainer.Evaluate(start, validation)),
            Reward = new(
                gold, labels, Noise(comparisons.Train, judgement), comparisons.Train.Count, comparisons.Validation.Count, steps.Check(reward).Share,
                RewardAccuracy(task, reward, own, judgement).Gold, Noise(ownTrain, judgement), own.Length),
            Ppo = new(
                gain.InDeviations, test.Kl(sft, policySamples), gain.Mean, gain.BaselineMean, gain.BaselineDeviation, settings.Ppo.TotalEpisodes,
                policySamples.Average(sample => sample.Ended ? 0.0 : 1.0), summaries.Ppo.RewardWinsOver(summaries.Human).Rate),
            Gold = GoldFigures.Of(summaries),
            PhaseSeconds = new Dictionary<string, double>(),
            PeakRssMegabytes = 0,
        };
    }

    private static double Noise(IReadOnlyList<Comparison> comparisons, GoldJudgement judgement) =>
        comparisons.Count == 0 ? 0 : comparisons.Average(comparison => comparison.Choice == judgement.Choice(comparison) ? 0.0 : 1.0);

    private static (double Gold, double Labels) RewardAccuracy(SummaryTask task, RewardModel reward, IReadOnlyList<Comparison> comparisons, GoldJudgement judgement)
    {
        if (comparisons.Count == 0)
            return (0, 0);
        var preferences = comparisons.Select(comparison => Preferences.Of(comparison, task)).ToArray();
        var scores = new Queue<float>(reward.Score([.. preferences.SelectMany(preference => preference.Responses.Select(response => (preference.Query, response)))]));
        var rewards = preferences.Select(preference => preference.Responses.Select(_ => scores.Dequeue()).ToArray()).ToArray();
        return (
            RewardStatistics.Of(rewards, [.. comparisons.Select(judgement.Choice)]).Accuracy,
            RewardStatistics.Of(rewards, [.. comparisons.Select(comparison => comparison.Choice)]).Accuracy);
    }
}
