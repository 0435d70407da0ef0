namespace ActorRlhf.Model.Ppo;

/// <summary>
/// What one update measured. Names in <see cref="Metrics"/> are those of Ziegler et al. 2019's published code; means over tokens are over
/// real response tokens, means over steps over all minibatches of all epochs.
/// </summary>
public sealed record PpoStatistics
{
    /// <summary>Updates taken, this one included.</summary>
    public required long Update { get; init; }

    /// <summary>Episodes learned from so far, this update's included.</summary>
    public required long Episodes { get; init; }

    /// <summary>Response tokens in the batch.</summary>
    public required long ResponseTokens { get; init; }

    /// <summary>Mean over episodes of Σ_t log π − log π_ref as sampled, nats an episode.</summary>
    public required double Kl { get; init; }

    /// <summary>β of this update.</summary>
    public required double KlCoefficient { get; init; }

    /// <summary>Mean over episodes of Σ_t −log π as sampled, nats an episode.</summary>
    public required double ResponseEntropy { get; init; }

    /// <summary>Mean score.</summary>
    public required double Score { get; init; }

    /// <summary>Standard deviation of the scores.</summary>
    public required double ScoreDeviation { get; init; }

    /// <summary>Mean over episodes of the score minus β KL: the objective.</summary>
    public required double ScoreTotal { get; init; }

    /// <summary>Mean response length, tokens, end-of-text included.</summary>
    public required double ResponseLength { get; init; }

    /// <summary>Clipped policy loss, mean over steps.</summary>
    public required double PolicyLoss { get; init; }

    /// <summary>Clipped value loss, mean over steps.</summary>
    public required double ValueLoss { get; init; }

    /// <summary>Policy loss + value loss × its coefficient − entropy × its coefficient, mean over steps.</summary>
    public required double TotalLoss { get; init; }

    /// <summary>Entropy of the policy's next-token distribution, nats a token, mean over steps.</summary>
    public required double Entropy { get; init; }

    /// <summary>½ (log π − log π_old)², an estimate of KL(π_old‖π), nats a token, mean over steps.</summary>
    public required double ApproximateKl { get; init; }

    /// <summary>Share of tokens whose policy loss the clipping decided, mean over steps.</summary>
    public required double ClipFraction { get; init; }

    /// <summary>What the batch's tokens count that older policies sampled; null where every token counts the same.</summary>
    public ImportanceWeightStatistics? ImportanceWeights { get; init; }

    /// <summary>Mean return.</summary>
    public required double ReturnMean { get; init; }

    /// <summary>Variance of the returns.</summary>
    public required double ReturnVariance { get; init; }

    /// <summary>Mean old value.</summary>
    public required double ValueMean { get; init; }

    /// <summary>Variance of the old values.</summary>
    public required double ValueVariance { get; init; }

    /// <summary>Mean predicted value, mean over steps.</summary>
    public required double ValuePrediction { get; init; }

    /// <summary>Mean squared error of the predicted values, mean over steps.</summary>
    public required double ValueError { get; init; }

    /// <summary>Share of tokens whose value loss the clipping decided, mean over steps.</summary>
    public required double ValueClipFraction { get; init; }

    /// <summary>1 − error / variance of the returns: 1 is perfect, 0 no better than the mean. 0 where all returns are equal.</summary>
    public double ExplainedVariance => ReturnVariance > 0 ? 1 - ValueError / ReturnVariance : 0;

    /// <summary>Euclidean norm of the whole gradient before clipping, mean over steps.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Learning rate of this update.</summary>
    public required double LearningRate { get; init; }

    /// <summary>All of it as named numbers, in a fixed order, for metrics files and dashboards; importance weights only where there are any.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Metrics() =>
    [
        new("objective/kl", Kl),
        new("objective/kl_coef", KlCoefficient),
        new("objective/entropy", ResponseEntropy),
        new("objective/score", Score),
        new("objective/score_sd", ScoreDeviation),
        new("objective/score_total", ScoreTotal),
        new("objective/response_length", ResponseLength),
        new("ppo/loss/policy", PolicyLoss),
        new("ppo/loss/value", ValueLoss),
        new("ppo/loss/total", TotalLoss),
        new("ppo/policy/entropy", Entropy),
        new("ppo/policy/approxkl", ApproximateKl),
        new("ppo/policy/clipfrac", ClipFraction),
        .. ImportanceWeights is { } weights
            ? [new("ppo/importance/weight", weights.Mean), new("ppo/importance/capfrac", weights.CapFraction)]
            : Array.Empty<KeyValuePair<string, double>>(),
        new("ppo/returns/mean", ReturnMean),
        new("ppo/returns/var", ReturnVariance),
        new("ppo/val/mean", ValueMean),
        new("ppo/val/var", ValueVariance),
        new("ppo/val/vpred", ValuePrediction),
        new("ppo/val/error", ValueError),
        new("ppo/val/clipfrac", ValueClipFraction),
        new("ppo/val/var_explained", ExplainedVariance),
        new("ppo/gradient_norm", GradientNorm),
        new("ppo/learning_rate", LearningRate),
        new("elapsed/updates", Update),
        new("elapsed/episodes", Episodes),
        new("elapsed/response_tokens", ResponseTokens),
    ];
}
