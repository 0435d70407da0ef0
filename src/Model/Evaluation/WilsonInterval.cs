namespace ActorRlhf.Model.Evaluation;

/// <summary>A confidence interval of a rate (Wilson 1927), which stays within 0 and 1 and holds for few trials too.</summary>
/// <param name="Low">Lower bound.</param>
/// <param name="High">Upper bound.</param>
public readonly record struct WilsonInterval(double Low, double High)
{
    /// <summary>
    /// Works the interval out: the p with |rate − p| ≤ z √(v/n), where v, the variance of a trial that succeeds, fails, or ties and so counts half, is
    /// p(1 − p) − t/4 with the share of ties t. Without ties it is Wilson's: (rate + z²/2n ± z √(rate(1−rate)/n + z²/4n²)) / (1 + z²/n).
    /// </summary>
    /// <param name="successes">Successes and half the ties, from half the ties to <paramref name="trials"/> less half the ties.</param>
    /// <param name="trials">Trials; with none nothing is known, and the interval is 0 to 1.</param>
    /// <param name="ties">Trials that count half.</param>
    /// <param name="z">The normal quantile; 1.96 for 95%.</param>
    public static WilsonInterval Of(double successes, int trials, int ties = 0, double z = 1.96)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(ties);
        if (!(successes >= ties / 2.0 && successes <= trials - ties / 2.0))
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Successes of {trials} trials are {ties / 2.0} to {trials - ties / 2.0}, with {ties} ties as halves.");
        if (trials == 0) return new(0, 1);
        double rate = successes / trials, square = z * z / trials, tied = (double)ties / trials;
        double centre = rate + square / 2;
        double margin = Math.Sqrt(Math.Max(0, centre * centre - (1 + square) * (rate * rate + square * tied / 4)));
        return new(Math.Max(0, (centre - margin) / (1 + square)), Math.Min(1, (centre + margin) / (1 + square)));
    }
}
