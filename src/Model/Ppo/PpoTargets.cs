namespace ActorRlhf.Model.Ppo;

/// <summary>
/// What an update drives the networks to, computed once from a batch before its first epoch. Rows are ragged, <c>[episode][time]</c>.
/// </summary>
/// <param name="Rewards">Rewards of tokens, before whitening (<see cref="TokenRewards"/>).</param>
/// <param name="Values">Old values.</param>
/// <param name="Advantages">Advantages, whitened if the settings say so.</param>
/// <param name="Returns">What values should have been; in units of whitened rewards if those are whitened.</param>
public sealed record PpoTargets(float[][] Rewards, float[][] Values, float[][] Advantages, float[][] Returns)
{
    /// <summary>
    /// Rewards, whitened without shifting their mean; GAE and returns from them; advantages, whitened (the order of Ziegler et al. 2019).
    /// </summary>
    /// <param name="batch">Trajectories.</param>
    /// <param name="values">Old values, one for each response token.</param>
    /// <param name="klCoefficient">β of this update.</param>
    /// <param name="settings">γ, λ and what to whiten.</param>
    public static PpoTargets Of(IReadOnlyList<Trajectory> batch, float[][] values, double klCoefficient, PpoSettings settings)
    {
        float[][] rewards = [.. batch.Select(episode =>
            TokenRewards.Of(episode.BehaviourLogProbabilities, episode.ReferenceLogProbabilities, episode.Score, klCoefficient))];
        float[][] used = settings.WhitenRewards ? Moments.Whiten(rewards, shiftMean: false) : rewards;
        float[][] advantages = [.. used.Zip(values, (r, v) => GeneralizedAdvantage.Of(r, v, settings.Gamma, settings.Lambda))];
        float[][] returns = [.. advantages.Zip(values, (a, v) => GeneralizedAdvantage.Returns(a, v))];
        return new PpoTargets(rewards, values, settings.WhitenAdvantages ? Moments.Whiten(advantages, shiftMean: true) : advantages, returns);
    }
}
