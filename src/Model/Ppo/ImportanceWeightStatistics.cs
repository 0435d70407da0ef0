namespace ActorRlhf.Model.Ppo;

/// <summary>How far a batch's tokens are from the policy that learns from them (<see cref="ImportanceWeights"/>).</summary>
/// <param name="Mean">Their mean weight; 1 where the policy that learns has sampled them all. The staler they are, the more the cap takes from it.</param>
/// <param name="CapFraction">The share of them that the cap decided.</param>
public sealed record ImportanceWeightStatistics(double Mean, double CapFraction)
{
    /// <summary>Measures weights, each token counting the same.</summary>
    /// <param name="weights">The weights, ragged <c>[episode][time]</c>.</param>
    /// <param name="cap">The cap that they were made with.</param>
    public static ImportanceWeightStatistics Of(float[][] weights, double cap)
    {
        long tokens = weights.Sum(row => (long)row.Length), capped = weights.Sum(row => (long)row.Count(weight => weight >= (float)cap));
        return new ImportanceWeightStatistics(Moments.Of(weights).Mean, (double)capped / tokens);
    }
}
