using System.ComponentModel.DataAnnotations;
using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Runs;

/// <summary>How comparisons are collected from the simulated labeler.</summary>
public sealed record ComparisonSettings
{
    /// <summary>Texts of the training split; of each, summaries by the policy are compared.</summary>
    [Range(1, 100_000_000)]
    public int Train { get; init; } = 10_000;

    /// <summary>Texts of the validation split whose summaries are compared, to measure the reward model on.</summary>
    [Range(1, 100_000_000)]
    public int Validation { get; init; } = 1_000;

    /// <summary>Summaries in a comparison: 2 for pairs, more for a choice among k.</summary>
    [Range(2, 64)]
    public int Candidates { get; init; } = 2;

    /// <summary>Share of the texts of which there is a comparison of the human summary with the policy's too (Stiennon et al. 2020, appendix C, have such).</summary>
    [Range(0, 1)]
    public double ReferenceShare { get; init; } = 0.25;

    /// <summary>
    /// Share of the training texts of which there are two more comparisons, each with summaries of other texts, fluent and off the point: the
    /// human summary with theirs, and the policy's with those the policy wrote of them. They teach a small model to read the text at all, which takes it far
    /// longer to find out from two summaries of its own. The reward model is not measured on them.
    /// </summary>
    [Range(0, 1)]
    public double MisplacedShare { get; init; }

    /// <summary>
    /// How often the simulated labeler contradicts its own noiseless judgement of two of the policy's summaries; the paper's labelers disagreed with
    /// one another in 23–27% of pairs. Comparisons with a human summary are easier and contradicted less.
    /// </summary>
    [Range(0, 0.5)]
    public double Disagreement { get; init; } = SimulatedLabeler.PaperDisagreement;

    /// <summary>Decides the samples and the labels.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>
/// Comparisons of a policy's own summaries, of some with the human's, and of both with another text's, labeled by the simulated labeler, in
/// OpenAI's format. Those that its gold judgement cannot tell apart are left out. A run that was stopped goes on, and ends with the same comparisons.
/// </summary>
/// <param name="Settings">How many, of what.</param>
/// <param name="Sampling">How the summaries are drawn.</param>
public sealed record ComparisonPhase(ComparisonSettings Settings, SamplingSettings Sampling)
{
    /// <summary>The phase's name in metrics.</summary>
    public const string Name = "compare";

    private const string Policy = "sft";
    private const string Human = "ref";
    private const string OfAnotherText = "_of_another_text";

    /// <summary>Whether the policy wrote all summaries of a comparison.</summary>
    public static bool IsOfOwnSummaries(Comparison comparison) => comparison.Summaries.All(summary => summary.Policy == Policy);

    /// <summary>Draws and labels.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="metrics">The run's open metrics.</param>
    /// <param name="policy">Writes the summaries.</param>
    /// <param name="task">What a query looks like.</param>
    /// <param name="data">The texts: the first of the training and of the validation split.</param>
    /// <param name="keep">Puts the comparisons where they are safe; called before what they were made of is forgotten.</param>
    /// <param name="progress">Told of every summary.</param>
    /// <param name="cancellation">Stops at the next decode step.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public CollectedComparisons Run(
        RunDirectory directory, MetricsLog metrics, Transformer policy, SummaryTask task, SummaryDataset data, Action<CollectedComparisons> keep,
        IRunProgress progress, CancellationToken cancellation)
    {
        var draws = new ResponseDraws(Name, directory, metrics, Settings.Seed, progress);
        var train = Draw(draws, policy, task, data.Train, Settings.Train, ComparisonSet.TrainSplit, Settings.MisplacedShare, 0, cancellation);
        var validation = Draw(draws, policy, task, data.Validation, Settings.Validation, ComparisonSet.ValidationSplit, 0, long.MaxValue / 2, cancellation);
        var labeler = SimulatedLabeler.Calibrate(
            train.Where(drawn => drawn.Summaries.All(summary => summary.Policy == Policy))
                .Select(drawn => (IReadOnlyList<double>)SimulatedLabeler.GoldScores(drawn.Example, drawn.Summaries)),
            Settings.Disagreement, Settings.Seed);
        var collected = new CollectedComparisons(
            [.. train.Select(drawn => labeler.Label(drawn.Example, drawn.Summaries, ComparisonSet.TrainSplit)).Where(label => !label.IsTie)],
            [.. validation.Select(drawn => labeler.Label(drawn.Example, drawn.Summaries, ComparisonSet.ValidationSplit)).Where(label => !label.IsTie)],
            labeler.Temperature);
        keep(collected);
        draws.Forget();
        return collected;
    }

    private List<(SummaryExample Example, ComparedSummary[] Summaries)> Draw(
        ResponseDraws draws, Transformer policy, SummaryTask task, IReadOnlyList<SummaryExample> examples, int count, string split, double misplacedShare,
        long firstEpisode, CancellationToken cancellation)
    {
        var chosen = examples.Take(count).ToArray();
        var queries = chosen.SelectMany(example => Enumerable.Repeat(task.Query(example), Settings.Candidates)).ToArray();
        var own = draws.Of(split, policy, Sampling, task, queries, firstEpisode, cancellation)
            .Select(response => task.Text(response.Response)).Chunk(Settings.Candidates).ToArray();
        var random = new RandomStream(Settings.Seed, firstEpisode);
        var drawn = new List<(SummaryExample, ComparedSummary[])>();
        foreach (var text in Enumerable.Range(0, chosen.Length))
        {
            Compare(text, new(own[text][0], Policy), other => new(own[text][other], Policy));
            if (random.NextDouble() < Settings.ReferenceShare)
                Compare(text, new(chosen[text].Reference, Human), other => new(own[text][other - 1], Policy));
            if (random.NextDouble() < misplacedShare)
            {
                Compare(text, new(chosen[text].Reference, Human), _ => new(chosen[random.NextInt(chosen.Length)].Reference, Human + OfAnotherText));
                Compare(text, new(own[text][0], Policy), _ => new(own[random.NextInt(chosen.Length)][0], Policy + OfAnotherText));
            }
        }
        return drawn;

        void Compare(int text, ComparedSummary first, Func<int, ComparedSummary> other)
        {
            var summaries = Enumerable.Range(1, Settings.Candidates - 1).Select(other).ToList();
            summaries.Insert(random.NextInt(Settings.Candidates), first); // anywhere, so that its place says nothing
            if (summaries.DistinctBy(summary => summary.Text).Count() == Settings.Candidates)
                drawn.Add((chosen[text], [.. summaries]));
        }
    }
}

/// <summary>What the simulated labeler was asked, and said.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To measure on.</param>
/// <param name="Temperature">The labeler's temperature, in units of the gold score.</param>
public sealed record CollectedComparisons(IReadOnlyList<SimulatedLabel> Train, IReadOnlyList<SimulatedLabel> Validation, double Temperature)
{
    /// <summary>The comparisons alone, which is all that a reward model sees.</summary>
    public ComparisonSet Comparisons => new([.. Train.Select(label => label.Comparison)], [.. Validation.Select(label => label.Comparison)]);

    /// <summary>Share of labels that contradict the labeler's noiseless judgement.</summary>
    public double Disagreement => (double)Train.Count(label => label.Disagrees) / Train.Count;
}
