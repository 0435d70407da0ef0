namespace ActorRlhf.Model.Evaluation;

/// <summary>A confidence interval of a rate (Wilson 1927), which stays within 0 and 1 and holds for few trials too.</summary>
/// <param name="Low">Lower bound.</param>
/// <param name="High">Upper bound.</param>
public readonly record struct WilsonInterval(double Low, double High)
{
    /// <summary>
    /// Works the interval out: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    /// </summary>
    /// <param name="successes">
    /// Successes, from 0 to <paramref name="trials"/>. A tie may count as half a success: the variance of a tie is smaller than the formula's, so the interval is then, if anything, too wide.
    /// </param>
    /// <param name="trials">Trials; with none nothing is known, and the interval is 0 to 1.</param>
    /// <param name="z">The normal quantile; 1.96 for 95%.</param>
    public static WilsonInterval Of(double successes, int trials, double z = 1.96)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        if (!(successes >= 0 && successes <= trials))
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Successes are 0 to the number of trials, {trials}.");
        if (trials == 0) return new(0, 1);
        double rate = successes / trials, square = z * z / trials;
        double centre = rate + square / 2;
        double margin = z * Math.Sqrt(rate * (1 - rate) / trials + square / (4 * trials));
        return new(Math.Max(0, (centre - margin) / (1 + square)), Math.Min(1, (centre + margin) / (1 + square)));
    }
}
