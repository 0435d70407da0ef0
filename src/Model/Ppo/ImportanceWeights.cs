namespace ActorRlhf.Model.Ppo;

/// <summary>
/// What a token drawn by an older policy counts (Hilton et al. 2022, section 3: the policy that sampled is one thing, the proximal policy that an update stays
/// near another).
/// </summary>
public static class ImportanceWeights
{
    /// <summary>w = min(π_prox / π_behaviour, cap) of every token, from log-probabilities in nats.</summary>
    /// <param name="proximal">log π_prox, under the policy before the update, ragged <c>[episode][time]</c>.</param>
    /// <param name="behaviour">log π_behaviour, under the policy that sampled, likewise.</param>
    /// <param name="cap">The most that a token counts, so that few unlikely ones do not decide a step.</param>
    public static float[][] Of(float[][] proximal, float[][] behaviour, double cap) => [.. proximal.Zip(behaviour, (now, then) =>
        now.Zip(then, (p, b) => (float)Math.Min(Math.Exp((double)p - b), cap)).ToArray())];
}
