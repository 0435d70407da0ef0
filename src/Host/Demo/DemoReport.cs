using System.Globalization;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Reports;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Host.Demo;

/// <summary>Lays a demo run's figures out as a page.</summary>
internal static class DemoReport
{
    /// <summary>What the demo sets out to show.</summary>
    private const double LeastAccuracy = 0.70, LeastGain = 1.0, MostKl = 15, LeastWinRate = 0.55;

    /// <summary>The page.</summary>
    public static Report Of(int samples, DemoResult result, DemoSummaries summaries, IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "Learning to summarize from preferences",
        Summary = Text($"A small language model learns to write one-line summaries: fine-tuned on human ones, then trained with PPO against a reward model of preferences. Texts: {result.Data}. Seed {result.Seed}; {result.ElapsedSeconds / 60:F1} minutes, {result.PeakRssMegabytes:F0} MB at most. Every figure is on held-out text."),
        Headlines =
        [
            new("Reward accuracy", Text($"{result.Reward.Accuracy:P1}"), Text($"of {result.Reward.ValidationComparisons} held-out comparisons ranked as the labeler's noiseless judgement does ({result.Reward.OwnAccuracy:P1} where both summaries are the policy's own); asked for: {LeastAccuracy:P0}"), result.Reward.Accuracy >= LeastAccuracy),
            new("Reward gain", Text($"{result.Ppo.RewardGainSd:F2} SD"), Text($"PPO over SFT, samples at the temperature of training; asked for: {LeastGain:F1}"), result.Ppo.RewardGainSd >= LeastGain),
            new("KL", Text($"{result.Ppo.Kl:F1} nats"), Text($"an episode, PPO from SFT; asked for: at most {MostKl:F0}"), result.Ppo.Kl <= MostKl),
            new("Gold win rate", Text($"{result.Gold.WinRateVsSft:P1}"), Text($"PPO against SFT, 95% interval {result.Gold.WinRateVsSftLow:P1} to {result.Gold.WinRateVsSftHigh:P1}; asked for: above {LeastWinRate:P0}"), result.Gold.WinRateVsSftLow > LeastWinRate),
        ],
        Sections =
        [
            new("Who writes better summaries", [WinRates(result, summaries), Authors(summaries)]),
            new("Samples", [new SampleTable(["Human", "SFT", "PPO", "First words"], [.. Samples(samples, summaries)])]),
            new("PPO", [Reward(metrics), Kl(metrics), OverOptimization(metrics), GoldAgainstKl(metrics), Entropy(metrics), Length(metrics)]),
            new("Supervised fine-tuning and reward model", [Loss(metrics, result), RewardLoss(metrics), RewardAccuracy(metrics, result)]),
            new("The run", [Phases(result)]),
        ],
        Footnotes =
        [
            Text($"Preferences come from a simulated labeler ({SimulatedLabeler.Worker}): it prefers the summary closer to the text's human one, and contradicts that judgement in {result.Reward.OwnLabelNoise:P1} of its labels of two summaries by the policy, and in {result.Reward.LabelNoise:P1} of all, some of which compare a human summary with the policy's, or either with another text's. Its judgement without noise is called gold here."),
            "Gold measures closeness to one human summary, so the human summary itself cannot lose by it: the win rate against it counts equal wording as ties and all else as losses.",
            "A tie counts half a win. Intervals are Wilson's at 95%, with the smaller variance that ties leave. Win rates and the samples shown are at temperature 0; score and KL of a policy are of its samples at the temperature of training.",
            "KL is the sum of log π − log π_ref over an episode's tokens, in nats. Scores are shifted so that human summaries average zero.",
        ],
    };

    private static IntervalPlot WinRates(DemoResult result, DemoSummaries summaries) => new()
    {
        Title = "Win rates by gold preference",
        Caption = "Share of texts where the first author's summary is judged better, with 95% Wilson intervals.",
        Axis = new("Win rate") { IsShare = true, From = 0, To = 1 },
        Reference = new(0.5, "even"),
        Rows =
        [
            Row("PPO over SFT", summaries.Ppo.WinsOver(summaries.Sft)),
            Row("PPO over first words", summaries.Ppo.WinsOver(summaries.Lead)),
            Row("SFT over first words", summaries.Sft.WinsOver(summaries.Lead)),
            Row("PPO over human", summaries.Ppo.WinsOver(summaries.Human)),
            Row("SFT over human", summaries.Sft.WinsOver(summaries.Human)),
        ],
    };

    private static PlotInterval Row(string label, WinRate wins) => new(label, wins.Rate, wins.Interval.Low, wins.Interval.High);

    private static ReportTable Authors(DemoSummaries summaries)
    {
        (string Name, JudgedSummaries By)[] authors = [("Human", summaries.Human), ("First words", summaries.Lead), ("SFT", summaries.Sft), ("PPO", summaries.Ppo)];
        return new("Means over the test texts", ["Author", "Gold", "Reward model", "Words", "Repeated"],
        [
            .. authors.Select(author => (IReadOnlyList<string>)
            [
                author.Name,
                Text($"{author.By.Gold.Average():F3}"),
                Text($"{author.By.Rewards.Average():F2}"),
                Text($"{author.By.Texts.Average(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length):F1}"),
                Text($"{author.By.Texts.Average(text => Repetition.Share(text, 2)):P1}"),
            ]),
        ]);
    }

    private static IEnumerable<Sample> Samples(int count, DemoSummaries summaries)
    {
        JudgedSummaries[] authors = [summaries.Human, summaries.Sft, summaries.Ppo, summaries.Lead];
        return summaries.Spread(count).Select(index => new Sample(summaries.Ids[index], summaries.Texts[index],
            [.. authors.Select(author => new SampleAnswer(author.Texts[index], Text($"reward {author.Rewards[index]:F2} · gold {author.Gold[index]:F2}")))]));
    }

    private static Plot Reward(IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "Reward",
        Caption = "Mean score of a batch's summaries by the reward model; human summaries average zero.",
        X = Episodes,
        Y = new("Score"),
        Series = [OverEpisodes(metrics, "training texts", "objective/score"), Held(metrics, "held-out texts", "heldout/score")],
    };

    private static Plot Kl(IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "KL from the fine-tuned policy",
        X = Episodes,
        Y = new("KL", "nats an episode") { From = 0 },
        Series = [OverEpisodes(metrics, "training texts", "objective/kl"), Held(metrics, "held-out texts", "heldout/kl")],
    };

    private static Plot Entropy(IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "Entropy",
        X = Episodes,
        Y = new("Entropy", "nats a token") { From = 0 },
        Series = [OverEpisodes(metrics, "policy", "ppo/policy/entropy")],
    };

    private static Plot Length(IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "Length",
        X = Episodes,
        Y = new("Response", "tokens") { From = 0 },
        Series = [OverEpisodes(metrics, "mean of a batch", "objective/response_length")],
    };

    private static Plot OverOptimization(IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "Reward model score against KL",
        Caption = "What the policy is trained on goes up the further it moves.",
        X = new("KL", "nats an episode") { From = 0 },
        Y = new("Score"),
        Series = [Against(metrics, "held-out texts", "heldout/score")],
    };

    private static Plot GoldAgainstKl(IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "Gold preference against KL",
        Caption = "What it is really for may fall again: over-optimization shows here.",
        X = new("KL", "nats an episode") { From = 0 },
        Y = new("Win rate over SFT") { IsShare = true },
        Series = [Against(metrics, "held-out texts", "heldout/gold_win_rate_vs_sft", "heldout/gold_win_rate_vs_sft_low", "heldout/gold_win_rate_vs_sft_high")],
        References = [new(0.5, "even")],
    };

    private static Plot Loss(IReadOnlyList<MetricsRecord> metrics, DemoResult result) => new()
    {
        Title = "Fine-tuning loss",
        Caption = Text($"On held-out human summaries: {result.Sft.BaseValidationLoss:F3} before, {result.Sft.ValidationLoss:F3} after."),
        X = new("Step"),
        Y = new("Loss", "nats a token"),
        Series = [Over(metrics, "sft", "training", "loss") with { IsSmoothed = true }, Over(metrics, "sft", "validation", "validation_loss") with { Style = SeriesStyle.LineAndDots }],
    };

    private static Plot RewardLoss(IReadOnlyList<MetricsRecord> metrics) => new()
    {
        Title = "Reward model loss",
        X = new("Step"),
        Y = new("Loss", "nats a comparison"),
        Series = [Over(metrics, RewardPhase.Name, "training", "loss") with { IsSmoothed = true }],
    };

    private static Plot RewardAccuracy(IReadOnlyList<MetricsRecord> metrics, DemoResult result) => new()
    {
        Title = "Reward model accuracy",
        Caption = Text($"On {result.Reward.ValidationComparisons} held-out comparisons, against the labeler's noiseless judgement and against its noisy labels."),
        X = new("Step"),
        Y = new("Accuracy") { IsShare = true },
        Series =
        [
            Over(metrics, RewardPhase.Name, "noiseless judgement", "accuracy") with { Style = SeriesStyle.LineAndDots },
            Over(metrics, RewardPhase.Name, "noisy labels", "label_accuracy") with { Style = SeriesStyle.LineAndDots },
        ],
        References = [new(0.5, "chance")],
    };

    private static ReportTable Phases(DemoResult result) => new("Time", ["Step", "Seconds"],
        [.. result.PhaseSeconds.Select(phase => (IReadOnlyList<string>)[phase.Key, Text($"{phase.Value:F0}")])]);

    private static PlotAxis Episodes => new("Episodes");

    private static PlotSeries Over(IReadOnlyList<MetricsRecord> metrics, string phase, string name, string metric) =>
        PlotSeries.Of(name, metrics.Where(record => record.Phase == phase && record.Metrics.ContainsKey(metric)).Select(record => ((double)record.Step, record.Metrics[metric])));

    private static PlotSeries OverEpisodes(IReadOnlyList<MetricsRecord> metrics, string name, string metric) =>
        PlotSeries.Of(name, Updates(metrics, metric).Select(record => (record.Metrics["elapsed/episodes"], record.Metrics[metric])));

    private static PlotSeries Held(IReadOnlyList<MetricsRecord> metrics, string name, string metric) =>
        OverEpisodes(metrics, name, metric) with { Style = SeriesStyle.LineAndDots };

    private static PlotSeries Against(IReadOnlyList<MetricsRecord> metrics, string name, string metric, string? low = null, string? high = null) =>
        new(name, [.. Updates(metrics, metric).OrderBy(record => record.Metrics["heldout/kl"]).Select(record => new PlotPoint(
            record.Metrics["heldout/kl"], record.Metrics[metric], low is null ? null : record.Metrics[low], high is null ? null : record.Metrics[high]))])
        { Style = SeriesStyle.LineAndDots };

    private static IEnumerable<MetricsRecord> Updates(IReadOnlyList<MetricsRecord> metrics, string metric) =>
        metrics.Where(record => record.Phase == PpoMonitor.Phase && record.Metrics.ContainsKey(metric));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
