namespace ActorRlhf.Model.Ppo;

/// <summary>Rewards of single response tokens.</summary>
public static class TokenRewards
{
    /// <summary>
    /// r_t = −β (log π(a_t|s_t) − log π_ref(a_t|s_t)), plus the score at the last token. Their sum is the objective
    /// R(x, y) = r(x, y) − β log(π(y|x) / π_ref(y|x)) of Ziegler et al. 2019, equation 2.
    /// </summary>
    /// <param name="logProbabilities">log π of the sampled tokens, nats, <c>[time]</c>.</param>
    /// <param name="referenceLogProbabilities">log π_ref of the same tokens, <c>[time]</c>.</param>
    /// <param name="score">The episode's score.</param>
    /// <param name="klCoefficient">β.</param>
    /// <returns>Rewards, <c>[time]</c>.</returns>
    public static float[] Of(ReadOnlySpan<float> logProbabilities, ReadOnlySpan<float> referenceLogProbabilities, double score, double klCoefficient)
    {
        var rewards = new float[logProbabilities.Length];
        for (int t = 0; t < rewards.Length; t++)
        {
            double reward = -klCoefficient * ((double)logProbabilities[t] - referenceLogProbabilities[t]);
            rewards[t] = (float)(t == rewards.Length - 1 ? reward + score : reward);
        }

        return rewards;
    }

    /// <summary>
    /// Σ_t log π(a_t|s_t) − log π_ref(a_t|s_t): an unbiased one-sample estimate of the episode's KL(π‖π_ref), nats. It can be negative.
    /// </summary>
    public static double Kl(ReadOnlySpan<float> logProbabilities, ReadOnlySpan<float> referenceLogProbabilities)
    {
        double sum = 0;
        for (int t = 0; t < logProbabilities.Length; t++)
            sum += (double)logProbabilities[t] - referenceLogProbabilities[t];
        return sum;
    }
}
