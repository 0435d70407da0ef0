namespace ActorRlhf.Model.Evaluation;

/// <summary>How often one policy's summaries beat another's.</summary>
/// <param name="Wins">Texts whose summary by the candidate is the better one.</param>
/// <param name="Ties">Texts whose two summaries are equally good.</param>
/// <param name="Losses">Texts whose summary by the baseline is the better one.</param>
public sealed record WinRate(int Wins, int Ties, int Losses)
{
    /// <summary>Texts compared.</summary>
    public int Trials => Wins + Ties + Losses;

    /// <summary>Wins and half the ties over all; a half where nothing was compared.</summary>
    public double Rate => Trials == 0 ? 0.5 : (Wins + Ties / 2.0) / Trials;

    /// <summary>The 95% interval of <see cref="Rate"/>, with ties as half wins.</summary>
    public WilsonInterval Interval => WilsonInterval.Of(Wins + Ties / 2.0, Trials, Ties);

    /// <summary>Compares scores text by text.</summary>
    /// <param name="candidate">The candidate's score of each text.</param>
    /// <param name="baseline">The baseline's score of the same texts.</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static WinRate OfScores(IReadOnlyList<double> candidate, IReadOnlyList<double> baseline)
    {
        if (candidate.Count != baseline.Count)
            throw new ArgumentException($"{candidate.Count} scores of the candidate cannot be compared with {baseline.Count} of the baseline.", nameof(baseline));
        int wins = candidate.Zip(baseline).Count(s => s.First > s.Second);
        int losses = candidate.Zip(baseline).Count(s => s.First < s.Second);
        return new(wins, candidate.Count - wins - losses, losses);
    }

    /// <summary>Compares summaries text by text with the simulated gold score.</summary>
    /// <param name="candidate">The candidate's summary of each text.</param>
    /// <param name="baseline">The baseline's summary of the same texts.</param>
    /// <param name="references">The humans' summaries of them.</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static WinRate ByGoldScore(IReadOnlyList<string> candidate, IReadOnlyList<string> baseline, IReadOnlyList<string> references)
    {
        if (candidate.Count != references.Count || baseline.Count != references.Count)
            throw new ArgumentException($"{candidate.Count} and {baseline.Count} summaries cannot be judged by {references.Count} references.", nameof(references));
        return OfScores(
            [.. candidate.Zip(references, GoldScore.Of)],
            [.. baseline.Zip(references, GoldScore.Of)]);
    }
}
