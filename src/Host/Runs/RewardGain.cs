namespace ActorRlhf.Host.Runs;

/// <summary>How much more a reward model likes one policy's samples than another's.</summary>
/// <param name="Mean">The policy's mean score.</param>
/// <param name="BaselineMean">The baseline's mean score.</param>
/// <param name="BaselineDeviation">The standard deviation of the baseline's scores.</param>
public sealed record RewardGain(double Mean, double BaselineMean, double BaselineDeviation)
{
    /// <summary>(mean − baseline's mean) / baseline's standard deviation.</summary>
    public double InDeviations => (Mean - BaselineMean) / BaselineDeviation;

    /// <summary>Compares scores.</summary>
    public static RewardGain Of(IReadOnlyList<double> scores, IReadOnlyList<double> baseline)
    {
        var mean = baseline.Average();
        return new(scores.Average(), mean, Math.Sqrt(baseline.Average(score => (score - mean) * (score - mean))));
    }
}
