namespace ActorRlhf.Model.Ppo;

/// <summary>Generalized advantage estimation (Schulman et al. 2016, equation 16) over one response.</summary>
public static class GeneralizedAdvantage
{
    /// <summary>
    /// δ_t = r_t + γ V(s_{t+1}) − V(s_t) and A_t = δ_t + γλ A_{t+1}. The response's end is the episode's end: nothing follows its last
    /// token, whether it is end-of-text or the length ran out, as in Ziegler et al. 2019.
    /// </summary>
    /// <param name="rewards">Rewards, <c>[time]</c>.</param>
    /// <param name="values">V(s_t) of the state a token was sampled in, <c>[time]</c>.</param>
    /// <param name="gamma">Discount γ.</param>
    /// <param name="lambda">λ.</param>
    /// <returns>Advantages, <c>[time]</c>.</returns>
    public static float[] Of(ReadOnlySpan<float> rewards, ReadOnlySpan<float> values, double gamma, double lambda)
    {
        var advantages = new float[rewards.Length];
        double next = 0, nextValue = 0;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            double delta = rewards[t] + gamma * nextValue - values[t];
            next = delta + gamma * lambda * next;
            advantages[t] = (float)next;
            nextValue = values[t];
        }

        return advantages;
    }

    /// <summary>R_t = A_t + V(s_t), what the value function learns to predict, <c>[time]</c>.</summary>
    public static float[] Returns(ReadOnlySpan<float> advantages, ReadOnlySpan<float> values)
    {
        var returns = new float[advantages.Length];
        for (int t = 0; t < returns.Length; t++)
            returns[t] = advantages[t] + values[t];
        return returns;
    }
}
