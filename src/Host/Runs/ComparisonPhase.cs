using System.ComponentModel.DataAnnotations;
using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;

namespace ActorRlhf.Host.Runs;

/// <summary>How comparisons are collected from the simulated labeler.</summary>
public sealed record ComparisonSettings
{
    /// <summary>Texts of the training split whose summaries are compared.</summary>
    [Range(1, 100_000_000)]
    public int Train { get; init; } = 10_000;

    /// <summary>Texts of the validation split whose summaries are compared, to measure the reward model on.</summary>
    [Range(1, 100_000_000)]
    public int Validation { get; init; } = 1_000;

    /// <summary>Summaries in a comparison: 2 for pairs, more for a choice among k.</summary>
    [Range(2, 64)]
    public int Candidates { get; init; } = 2;

    /// <summary>Share of comparisons in which one of the summaries is the human's, as in the paper's own comparisons (Stiennon et al. 2020, appendix C).</summary>
    [Range(0, 1)]
    public double ReferenceShare { get; init; } = 0.25;

    /// <summary>How often the simulated labeler contradicts its own noiseless judgement; the paper's labelers disagreed with one another in 23–27% of pairs.</summary>
    [Range(0, 0.5)]
    public double Disagreement { get; init; } = SimulatedLabeler.PaperDisagreement;

    /// <summary>Decides the samples and the labels.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>
/// Comparisons of a policy's own summaries, and of some with the human's, labeled by the simulated labeler, in OpenAI's format. Those that its
/// gold judgement cannot tell apart are left out.
/// </summary>
/// <param name="Settings">How many, of what.</param>
/// <param name="Sampling">How the summaries are drawn.</param>
public sealed record ComparisonPhase(ComparisonSettings Settings, SamplingSettings Sampling)
{
    private const string Policy = "sft";
    private const string Human = "ref";

    /// <summary>The split's name of comparisons to learn from.</summary>
    public const string TrainSplit = "train";

    /// <summary>The split's name of comparisons to measure on.</summary>
    public const string ValidationSplit = "valid1";

    /// <summary>Draws and labels.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public CollectedComparisons Run(Transformer policy, SummaryTask task, SummaryDataset data, IRunProgress progress, CancellationToken cancellation)
    {
        var train = Draw(policy, task, data.Train, Settings.Train, TrainSplit, 0, progress, cancellation);
        var validation = Draw(policy, task, data.Validation, Settings.Validation, ValidationSplit, long.MaxValue / 2, progress, cancellation);
        var labeler = SimulatedLabeler.Calibrate(train.Select(drawn => (IReadOnlyList<double>)SimulatedLabeler.GoldScores(drawn.Example, drawn.Summaries)), Settings.Disagreement, Settings.Seed);
        return new CollectedComparisons(
            [.. train.Select(drawn => labeler.Label(drawn.Example, drawn.Summaries, TrainSplit)).Where(label => !label.IsTie)],
            [.. validation.Select(drawn => labeler.Label(drawn.Example, drawn.Summaries, ValidationSplit)).Where(label => !label.IsTie)],
            labeler.Temperature);
    }

    private List<(SummaryExample Example, ComparedSummary[] Summaries)> Draw(
        Transformer policy, SummaryTask task, IReadOnlyList<SummaryExample> examples, int count, string split, long firstEpisode, IRunProgress progress, CancellationToken cancellation)
    {
        var random = new RandomStream(Settings.Seed, firstEpisode);
        var chosen = examples.Take(count).Select(example => (Example: example, Drawn: Settings.Candidates - (random.NextDouble() < Settings.ReferenceShare ? 1 : 0))).ToArray();
        var queries = chosen.SelectMany(comparison => Enumerable.Repeat(task.Query(comparison.Example), comparison.Drawn)).ToArray();
        var responses = new Queue<Completion>(Responses.Of(policy, Sampling, queries, task, Settings.Seed, firstEpisode, cancellation,
            done => progress.Report(new RunProgress($"compare ({split})", done, queries.Length, "summaries"))));
        var drawn = new List<(SummaryExample, ComparedSummary[])>();
        foreach (var (example, own) in chosen)
        {
            var summaries = Enumerable.Range(0, own).Select(_ => new ComparedSummary(task.Text(responses.Dequeue().Response), Policy)).ToList();
            if (own < Settings.Candidates)
                summaries.Insert(random.NextInt(Settings.Candidates), new ComparedSummary(example.Reference, Human));
            if (summaries.DistinctBy(summary => summary.Text).Count() == Settings.Candidates)
                drawn.Add((example, [.. summaries]));
        }
        return drawn;
    }
}

/// <summary>What the simulated labeler was asked, and said.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To measure on.</param>
/// <param name="Temperature">The labeler's temperature, in units of the gold score.</param>
public sealed record CollectedComparisons(IReadOnlyList<SimulatedLabel> Train, IReadOnlyList<SimulatedLabel> Validation, double Temperature)
{
    /// <summary>Share of labels that contradict the labeler's noiseless judgement.</summary>
    public double Disagreement => (double)Train.Count(label => label.Disagrees) / Train.Count;
}

/// <summary>Comparisons as a reward model reads them.</summary>
public static class Preferences
{
    /// <summary>A comparison's tokens, with its choice or another one in its place.</summary>
    public static Preference Of(Comparison comparison, SummaryTask task, int? choice = null) => new(
        task.Query(new SummaryExample(comparison.ExampleId, comparison.Fields, "")),
        [.. comparison.Summaries.Select(summary => task.Answer(summary.Text))],
        choice ?? comparison.Choice);
}
