using System.ComponentModel.DataAnnotations;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Rewards;

/// <summary>Hyperparameters of reward-model training. Defaults are those of Stiennon et al. 2020, appendix B.1, for their smallest model.</summary>
public sealed record RewardSettings
{
    /// <summary>Seeds the order of the preferences.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Passes over the preferences. More than one overfits them quickly.</summary>
    [Range(1, 1000)]
    public int Epochs { get; init; } = 1;

    /// <summary>Preferences an optimizer step learns from.</summary>
    [Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Adam and the learning rate, which falls along a cosine to zero.</summary>
    public OptimizerSettings Optimizer { get; init; } = new() { LearningRate = 1.5e-5, Beta2 = 0.999, Decay = LearningRateDecay.Cosine };

    /// <summary>
    /// Weight of a penalty on the squared sum of a comparison's rewards (Eisenstein et al. 2023). Comparisons say nothing about the level of
    /// rewards from one query to the next; without the penalty that level is noise to PPO.
    /// </summary>
    [Range(0.0, 1e6)]
    public double CenteringCoefficient { get; init; }

    /// <summary>Most tokens in one forward and backward pass; bounds memory. A larger preference goes alone.</summary>
    [Range(1, 100_000_000)]
    public int ForwardTokens { get; init; } = 16_384;

    /// <summary>Where the reward is read.</summary>
    public ReadOut ReadOut { get; init; }
}
