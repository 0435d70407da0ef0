using System.ComponentModel.DataAnnotations;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Ppo;

/// <summary>How the KL coefficient β moves during training.</summary>
public enum KlControl
{
    /// <summary>β stays what it is (Stiennon et al. 2020, β = 0.05).</summary>
    Fixed,

    /// <summary>A proportional controller steers the KL divergence to a target (Ziegler et al. 2019, section 2.2).</summary>
    Adaptive,
}

/// <summary>Where the value of a state comes from.</summary>
public enum ValueFunctionKind
{
    /// <summary>A network of its own, started from the reward model, so that it cannot disturb the policy (Stiennon et al. 2020).</summary>
    Separate,

    /// <summary>A scalar head on the policy's body, trained together with it (Ziegler et al. 2019).</summary>
    Head,
}

/// <summary>
/// Every hyperparameter of PPO. Defaults are those of Ziegler et al. 2019 and Stiennon et al. 2020; where the two differ, of the latter.
/// </summary>
public sealed record PpoSettings
{
    /// <summary>Seeds the shuffling of minibatches; together with the number of the update it fixes their order.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Episodes in the whole run; the learning rate reaches zero when they are used up.</summary>
    [Range(1L, long.MaxValue)]
    public long TotalEpisodes { get; init; } = 1_000_000;

    /// <summary>Episodes an update learns from.</summary>
    [Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 512;

    /// <summary>Passes over the batch in an update.</summary>
    [Range(1, 1000)]
    public int Epochs { get; init; } = 4;

    /// <summary>Optimizer steps an epoch is cut into.</summary>
    [Range(1, 1_000_000)]
    public int Minibatches { get; init; } = 1;

    /// <summary>
    /// Adam and the learning rate, which falls linearly to zero over <see cref="TotalEpisodes"/>. The norm that gradients are clipped to is that of
    /// policy and value function together. The papers do not say whether they clip; 1 is what GPT-3 and its successors use.
    /// </summary>
    public OptimizerSettings Optimizer { get; init; } = new() { LearningRate = 1.5e-5, Beta2 = 0.999 };

    /// <summary>Sampling temperature T; log-probabilities are those of logits divided by it.</summary>
    [Range(1e-3, 100.0)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Most tokens in a response, its end-of-text token included.</summary>
    [Range(1, 1_000_000)]
    public int ResponseLength { get; init; } = 48;

    /// <summary>Score of a response that has no end-of-text token within <see cref="ResponseLength"/>, whatever the reward model thinks of it.</summary>
    [Range(-1e6, 1e6)]
    public double UnendedScore { get; init; } = -1.0;

    /// <summary>Discount γ of a reward one token later.</summary>
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 1.0;

    /// <summary>λ of generalized advantage estimation: 0 trusts the value function, 1 the rewards alone.</summary>
    [Range(0.0, 1.0)]
    public double Lambda { get; init; } = 0.95;

    /// <summary>How far π/π_old may leave 1 before the policy's gradient stops.</summary>
    [Range(1e-6, 1e6)]
    public double PolicyClip { get; init; } = 0.2;

    /// <summary>
    /// For trajectories of older policies: the most that a token's importance weight π_prox/π_behaviour may be (<see cref="ImportanceWeights"/>). The log-probabilities of π_prox, the
    /// policy before an update, are then computed again, and clipping is against them. 0, for trajectories of the policy that learns: clipping is against the
    /// policy that sampled, and every token counts the same.
    /// </summary>
    [Range(0.0, 1e6)]
    public double ImportanceWeightCap { get; init; }

    /// <summary>How far a value may leave its old value before its gradient stops.</summary>
    [Range(1e-6, 1e6)]
    public double ValueClip { get; init; } = 0.2;

    /// <summary>Weight of the value loss in the total loss.</summary>
    [Range(0.0, 1e6)]
    public double ValueLossCoefficient { get; init; } = 0.1;

    /// <summary>Weight of the policy's mean entropy per token, a bonus. The papers use none.</summary>
    [Range(0.0, 1e6)]
    public double EntropyCoefficient { get; init; }

    /// <summary>β: what a nat of log π − log π_ref costs. With adaptive control, β at the start.</summary>
    [Range(0.0, 1e6)]
    public double KlCoefficient { get; init; } = 0.05;

    /// <summary>Whether β is fixed or steered.</summary>
    public KlControl KlControl { get; init; } = KlControl.Fixed;

    /// <summary>Target of the adaptive controller, nats an episode.</summary>
    [Range(1e-6, 1e6)]
    public double KlTarget { get; init; } = 6.0;

    /// <summary>Episodes in which the adaptive controller changes β by at most 20%.</summary>
    [Range(1.0, 1e12)]
    public double KlHorizon { get; init; } = 10_000;

    /// <summary>Whether a batch's rewards are scaled to variance 1; their mean stays.</summary>
    public bool WhitenRewards { get; init; } = true;

    /// <summary>Whether a batch's advantages are scaled to mean 0 and variance 1.</summary>
    public bool WhitenAdvantages { get; init; } = true;

    /// <summary>Whether values come from a network of their own or from a head on the policy.</summary>
    public ValueFunctionKind ValueFunction { get; init; } = ValueFunctionKind.Separate;

    /// <summary>Most tokens in one forward (and backward) pass; a minibatch with more goes in parts. Bounds memory, changes no result beyond rounding.</summary>
    [Range(1, 100_000_000)]
    public int ForwardTokens { get; init; } = 16_384;

    /// <summary>Most logits in memory at once: the language-model head runs over as many rows at a time as fit. Bounds memory likewise.</summary>
    [Range(1, 2_000_000_000)]
    public int LogitsAtOnce { get; init; } = 1 << 24;

    /// <summary>Refuses settings that would clip against policies that are not the one being updated.</summary>
    /// <param name="maxPolicyLag">How many versions older than the policy that learns one that samples may be.</param>
    /// <exception cref="UserErrorException">Older policies sample, and <see cref="ImportanceWeightCap"/> is 0.</exception>
    public void RequireFor(int maxPolicyLag)
    {
        if (maxPolicyLag > 0 && ImportanceWeightCap == 0)
        {
            throw new UserErrorException(
                $"max-policy-lag is {maxPolicyLag} and importance-weight-cap is 0: what older policies sampled would count like the newest one's; "
                + "set importance-weight-cap to the most that a token may count, such as 2, or max-policy-lag to 0");
        }
    }
}
