namespace ActorRlhf.Model.Ppo;

/// <summary>Moves β after an update.</summary>
public static class KlController
{
    /// <summary>No step reacts to more than this relative distance from the target.</summary>
    private const double MaxError = 0.2;

    /// <summary>
    /// β after an update. Fixed control returns <paramref name="coefficient"/>. Adaptive control (Ziegler et al. 2019, section 2.2):
    /// e = clip((KL − target) / target, ±0.2), β ← β (1 + e · episodes / horizon).
    /// </summary>
    /// <param name="settings">Says which control, and its target and horizon.</param>
    /// <param name="coefficient">β of the update that was just taken.</param>
    /// <param name="kl">The batch's mean KL, nats an episode, as sampled.</param>
    /// <param name="episodes">Episodes in the batch.</param>
    public static double Next(PpoSettings settings, double coefficient, double kl, int episodes)
    {
        if (settings.KlControl == KlControl.Fixed)
            return coefficient;
        double error = Math.Clamp(kl / settings.KlTarget - 1, -MaxError, MaxError);
        return coefficient * (1 + error * episodes / settings.KlHorizon);
    }
}
