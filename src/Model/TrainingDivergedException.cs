namespace ActorRlhf.Model;

/// <summary>
/// A number of training is NaN or infinite. Thrown before the optimizer step it would have gone into, so the weights are those of the step before.
/// </summary>
/// <param name="metric">What is not finite, by its name in the metrics, such as <c>ppo/loss/policy</c>.</param>
/// <param name="value">Its value.</param>
/// <param name="where">Where in training, such as <c>update 12, epoch 1, minibatch 3</c>.</param>
public sealed class TrainingDivergedException(string metric, double value, string where) : Exception(FormattableString.Invariant(
    $"{metric} is {value} in {where}; the step was not taken. Go back to the last checkpoint, and lower the learning rate or check the weights it started from."))
{
    /// <summary>What is not finite.</summary>
    public string Metric { get; } = metric;

    /// <summary>Its value.</summary>
    public double Value { get; } = value;

    /// <summary>Throws if <paramref name="value"/> is NaN or infinite.</summary>
    /// <exception cref="TrainingDivergedException"><paramref name="value"/> is not finite.</exception>
    public static void ThrowIfNotFinite(string metric, double value, string where)
    {
        if (!double.IsFinite(value))
            throw new TrainingDivergedException(metric, value, where);
    }
}
