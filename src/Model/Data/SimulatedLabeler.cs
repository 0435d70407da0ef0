using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Model.Data;

/// <summary>What the simulated labeler said of a few summaries, and what it would have said without noise.</summary>
/// <param name="Comparison">The label, in the form that a human's has; its worker is <see cref="SimulatedLabeler.Worker"/>.</param>
/// <param name="GoldScores">The simulated gold score of each summary.</param>
/// <param name="GoldChoice">The index of the best by gold score; null if two or more tie for it.</param>
public sealed record SimulatedLabel(Comparison Comparison, IReadOnlyList<double> GoldScores, int? GoldChoice)
{
    /// <summary>Whether no summary is the best: the label is then chance.</summary>
    public bool IsTie => GoldChoice is null;

    /// <summary>Whether noise made the label differ from the gold choice; never so for a tie.</summary>
    public bool Disagrees => GoldChoice is { } gold && gold != Comparison.Choice;
}

/// <summary>
/// A simulated labeler: it knows the human's hidden summary, prefers what overlaps it more (<see cref="GoldScore"/>), and errs as people do.
/// <para>
/// Noise follows Bradley and Terry (Luce for more than two): P(choose i) = exp(s_i / T) / Σ_j exp(s_j / T), with gold scores s. People too disagree mostly
/// where two summaries are about as good, which a coin that flips a fixed part of labels does not show; and it is the model that a reward model's loss
/// assumes, so the loss has its minimum at the gold score itself. T is found by <see cref="Calibrate"/>, so that over given comparisons the labels disagree
/// with the noiseless choice at the wanted rate; Stiennon et al. 2020 (section 3.3, appendix C.2) report 23 to 27%.
/// </para>
/// <para>The draw depends on seed, example and summaries only: not on the order of labeling, nor on what else is labeled.</para>
/// </summary>
public sealed class SimulatedLabeler
{
    /// <summary>The worker's name on simulated labels.</summary>
    public const string Worker = "simulated";

    /// <summary>The rate of disagreement that stands for the paper's 23 to 27%.</summary>
    public const double PaperDisagreement = 0.25;

    private readonly int _seed;

    /// <param name="temperature">T above, in units of gold score: 0 for no noise.</param>
    /// <param name="seed">Decides the draws.</param>
    public SimulatedLabeler(double temperature, int seed)
    {
        if (!(temperature >= 0) || double.IsInfinity(temperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "The simulated labeler's temperature is 0 or more.");
        (Temperature, _seed) = (temperature, seed);
    }

    /// <summary>The noise, in units of gold score.</summary>
    public double Temperature { get; }

    /// <summary>Makes a labeler that is expected to disagree with the noiseless choice at a given rate.</summary>
    /// <param name="goldScores">The gold scores of typical comparisons; those in which the best tie are left out.</param>
    /// <param name="disagreement">The rate wanted, from 0 to below what pure chance gives (a half for pairs).</param>
    /// <param name="seed">Decides the draws.</param>
    /// <exception cref="UserErrorException">No comparison without a tie, or the rate is out of range.</exception>
    public static SimulatedLabeler Calibrate(IEnumerable<IReadOnlyList<double>> goldScores, double disagreement, int seed)
    {
        var decided = goldScores.Where(s => GoldChoice(s) is not null).ToList();
        if (decided.Count == 0) throw new UserErrorException("The simulated labeler cannot be calibrated: no comparison has a best summary by gold score.");
        double chance = decided.Average(s => 1 - 1.0 / s.Count);
        if (!(disagreement >= 0 && disagreement < chance))
            throw new UserErrorException(FormattableString.Invariant(
                $"The simulated labeler's disagreement is {disagreement}; it must be 0 or more and below {chance:0.###}, which is pure chance."));
        if (disagreement == 0) return new(0, seed);

        // Disagreement rises with temperature, so halving an interval of its logarithm finds it.
        double low = Math.Log(1e-6), high = Math.Log(1e6);
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            double rate = decided.Average(s => 1 - Probabilities(s, Math.Exp(middle))[GoldChoice(s)!.Value]);
            if (rate < disagreement) low = middle;
            else high = middle;
        }
        return new(Math.Exp(high), seed);
    }

    /// <summary>The index of the highest gold score; null if two or more share it.</summary>
    public static int? GoldChoice(IReadOnlyList<double> goldScores)
    {
        double best = goldScores.Max();
        return goldScores.Count(s => s == best) > 1 ? null : goldScores.Index().First(s => s.Item == best).Index;
    }

    /// <summary>The gold scores of summaries against an example's hidden reference.</summary>
    public static double[] GoldScores(SummaryExample example, IReadOnlyList<ComparedSummary> summaries) =>
        [.. summaries.Select(s => GoldScore.Of(s.Text, example.Reference))];

    /// <summary>Chooses between summaries of an example.</summary>
    /// <param name="example">The text and its hidden reference.</param>
    /// <param name="summaries">Two or more.</param>
    /// <param name="split">The split the label is for.</param>
    public SimulatedLabel Label(SummaryExample example, IReadOnlyList<ComparedSummary> summaries, string split)
    {
        if (summaries.Count < 2) throw new ArgumentException($"A comparison takes two or more summaries, not {summaries.Count}.", nameof(summaries));
        var scores = GoldScores(example, summaries);
        var probabilities = Probabilities(scores, Temperature);
        double draw = StableHash.Unit(string.Join('\0', [FormattableString.Invariant($"{_seed}"), example.Id, .. summaries.Select(s => s.Text)]));
        int choice = 0;
        for (double sum = probabilities[0]; sum <= draw && choice < summaries.Count - 1; sum += probabilities[choice]) choice++;
        // Rounding may leave the sum short of one; what has no chance is not chosen even then.
        while (probabilities[choice] == 0) choice--;
        var comparison = new Comparison
        {
            ExampleId = example.Id,
            Fields = example.Fields,
            Summaries = summaries,
            Choice = choice,
            Worker = Worker,
            Batch = FormattableString.Invariant($"{Worker}-{_seed}"),
            Split = split,
        };
        return new(comparison, scores, GoldChoice(scores));
    }

    private static double[] Probabilities(IReadOnlyList<double> scores, double temperature)
    {
        double best = scores.Max();
        var weights = scores.Select(s => s == best ? 1 : temperature == 0 ? 0 : Math.Exp((s - best) / temperature)).ToArray();
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}
