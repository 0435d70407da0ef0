using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Model.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019) and its learning-rate schedule.</summary>
public sealed record OptimizerSettings
{
    /// <summary>The peak learning rate.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Decay of the gradient's running mean.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the squared gradient's running mean.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay, of matrices only.</summary>
    [Range(0, 1)]
    public double WeightDecay { get; init; }

    /// <summary>The gradient's largest norm; a longer one is scaled down to it.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Share of all steps in which the rate rises linearly from zero.</summary>
    [Range(0, 1)]
    public double WarmupShare { get; init; }

    /// <summary>How the rate falls after the rise.</summary>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Linear;

    /// <summary>The rate at the end, as a share of the peak.</summary>
    [Range(0, 1)]
    public double FinalShare { get; init; }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step about to be taken, 0 first.</param>
    /// <param name="steps">All steps of the run.</param>
    public double LearningRateAt(long step, long steps)
    {
        var warmup = WarmupShare * steps;
        if (step < warmup)
            return LearningRate * (step + 1) / (warmup + 1);
        var progress = Math.Clamp((step - warmup) / Math.Max(1, steps - warmup), 0, 1);
        var remaining = Decay switch
        {
            LearningRateDecay.Constant => 1,
            LearningRateDecay.Linear => 1 - progress,
            LearningRateDecay.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            _ => throw new InvalidOperationException($"decay {Decay} is unknown"),
        };
        return LearningRate * (FinalShare + (1 - FinalShare) * remaining);
    }
}

/// <summary>How a learning rate falls from its peak to its final share.</summary>
public enum LearningRateDecay
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>In a straight line, the papers' choice.</summary>
    Linear,

    /// <summary>Along half a cosine.</summary>
    Cosine,
}
