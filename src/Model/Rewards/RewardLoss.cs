using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ActorRlhf.Model.Rewards;

/// <summary>Losses of preferences.</summary>
public static class RewardLoss
{
    /// <summary>Σ −log σ(r_chosen − r_rejected) over pairs (Stiennon et al. 2020, section 3.4).</summary>
    /// <param name="chosen">Rewards of the better responses, <c>[pairs]</c>.</param>
    /// <param name="rejected">Rewards of the worse ones, <c>[pairs]</c>.</param>
    public static Tensor Pairs(Tensor chosen, Tensor rejected) => -functional.logsigmoid(chosen - rejected).sum();

    /// <summary>Σ −log (exp r_b / Σ_i exp r_i) over comparisons of k responses of which b is the best (Ziegler et al. 2019, equation 1).</summary>
    /// <param name="rewards"><c>[comparisons, k]</c>.</param>
    /// <param name="choices">Index of the best, int64 <c>[comparisons]</c>.</param>
    public static Tensor KWay(Tensor rewards, Tensor choices) => functional.cross_entropy(rewards, choices, reduction: Reduction.Sum);

    /// <summary>Σ (Σᵢ rᵢ)² over comparisons: zero where each comparison's rewards average zero (Eisenstein et al. 2023).</summary>
    /// <param name="rewards">Rewards, [comparisons, answers].</param>
    public static Tensor Centering(Tensor rewards) => rewards.sum(1).square().sum();
}
