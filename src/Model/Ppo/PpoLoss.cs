using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Ppo;

/// <summary>
/// The clipped losses (Schulman et al. 2017, equation 7; the value's clipping is that of Ziegler et al. 2019's published code). All tensors
/// are <c>[tokens]</c>. They are sums over tokens, so that a minibatch can be computed in pieces; divided by the minibatch's token count they
/// are the papers' means, in which a long response weighs more than a short one.
/// </summary>
public static class PpoLoss
{
    /// <summary>Σ w max(−A ρ, −A clip(ρ, 1 ± ε)) with ρ = exp(log π − log π_old).</summary>
    /// <param name="logProbabilities">log π under the policy being trained; gradients flow into it.</param>
    /// <param name="oldLogProbabilities">log π_old under the policy that ρ is kept near: the one that sampled, or the one before the update.</param>
    /// <param name="advantages">A.</param>
    /// <param name="clip">ε.</param>
    /// <param name="weights">w (<see cref="ImportanceWeights"/>); null for 1.</param>
    /// <returns>The loss's sum, and how many tokens the clipping decided. The current dispose scope owns both.</returns>
    public static (Tensor Loss, Tensor Clipped) Policy(Tensor logProbabilities, Tensor oldLogProbabilities, Tensor advantages, double clip, Tensor? weights = null)
    {
        Tensor ratio = (logProbabilities - oldLogProbabilities).exp();
        Tensor cost = -advantages;
        Tensor free = cost * ratio, clipped = cost * ratio.clamp(1 - clip, 1 + clip);
        Tensor worse = free.maximum(clipped);
        return ((weights is null ? worse : worse * weights).sum(), clipped.detach().gt(free.detach()).sum());
    }

    /// <summary>½ Σ max((V − R)², (V_old + clip(V − V_old, ±ε) − R)²).</summary>
    /// <param name="values">V under the value function being trained; gradients flow into it.</param>
    /// <param name="oldValues">V_old before the update.</param>
    /// <param name="returns">R.</param>
    /// <param name="clip">ε.</param>
    /// <returns>The loss's sum, the sum of the squared errors without clipping, and how many tokens the clipping decided.</returns>
    public static (Tensor Loss, Tensor SquaredError, Tensor Clipped) Value(Tensor values, Tensor oldValues, Tensor returns, double clip)
    {
        Tensor free = (values - returns).square();
        Tensor clipped = (oldValues + (values - oldValues).clamp(-clip, clip) - returns).square();
        return (free.maximum(clipped).sum() * 0.5, free.detach().sum(), clipped.detach().gt(free.detach()).sum());
    }
}
