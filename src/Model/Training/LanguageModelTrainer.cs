using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Training;

/// <summary>
/// Trains a language model on sequences. Which step comes next is <see cref="AdamW.Steps"/>: a trainer made over a restored model and
/// optimizer goes on exactly where they stopped.
/// </summary>
public sealed class LanguageModelTrainer : IDisposable
{
    private const int EvaluationTokens = 8_192;

    private readonly AdamW _optimizer;
    private readonly LanguageModelSettings _settings;
    private readonly TokenBatches _batches;
    private readonly DataParallel<Transformer> _parallel;

    /// <param name="model">Trained in place.</param>
    /// <param name="optimizer">An optimizer over the model's parameters.</param>
    /// <param name="settings">The hyperparameters.</param>
    /// <param name="sequences">What to learn from.</param>
    /// <exception cref="UserErrorException">There is nothing to learn from.</exception>
    public LanguageModelTrainer(Transformer model, AdamW optimizer, LanguageModelSettings settings, IReadOnlyList<TrainingSequence> sequences)
    {
        _optimizer = optimizer;
        _settings = settings;
        _parallel = new DataParallel<Transformer>(model, network => network.Share(), network => [network.Parameters]);
        _batches = new TokenBatches(sequences, settings.TokensPerBatch, settings.Seed);
        TotalSteps = Math.Max(1, (long)Math.Round(settings.Epochs * _batches.BatchesPerEpoch));
    }

    /// <summary>Steps of the whole run.</summary>
    public long TotalSteps { get; }

    /// <summary>Steps taken.</summary>
    public long StepsDone => _optimizer.Steps;

    /// <summary>Whether the run is over.</summary>
    public bool IsDone => StepsDone >= TotalSteps;

    /// <summary>Takes the next step.</summary>
    /// <exception cref="TrainingDivergedException">The loss or the gradient is not finite; the weights are as before the step.</exception>
    public LanguageModelStep Step()
    {
        var step = _optimizer.Steps;
        var batch = _batches[step];
        var learningRate = _settings.Optimizer.LearningRateAt(step, TotalSteps);
        _optimizer.ZeroGradient();
        var targets = batch.Sum(sequence => (long)sequence.Targets);
        var parts = Minibatches.Parts([.. batch.Select(sequence => sequence.Tokens.Length)], _parallel.Parts);
        var loss = _parallel.Run(parts, (model, part) => LanguageModelLoss.Backward(model, [.. part.Select(i => batch[i])], targets)).Sum();
        var norm = _optimizer.ClipGradientNorm(_settings.Optimizer.MaxGradientNorm);
        TrainingDivergedException.ThrowIfNotFinite("loss", loss, $"step {step}");
        TrainingDivergedException.ThrowIfNotFinite("gradient norm", norm, $"step {step}");
        _optimizer.Step(learningRate);
        return new LanguageModelStep(step, loss, norm, learningRate, batch.Sum(sequence => sequence.Tokens.Length));
    }

    /// <inheritdoc/>
    public void Dispose() => _parallel.Dispose();

    /// <summary>The model's mean loss over sequences, in nats a target token.</summary>
    public static double Evaluate(Transformer model, IReadOnlyList<TrainingSequence> sequences)
    {
        var (sum, targets) = (0.0, 0L);
        foreach (var group in Minibatches.ByTokens([.. sequences.Select(sequence => sequence.Tokens.Length)], EvaluationTokens))
        {
            var (loss, count) = LanguageModelLoss.Evaluate(model, [.. group.Select(index => sequences[index])]);
            sum += loss;
            targets += count;
        }
        return sum / targets;
    }
}

/// <summary>What a training step saw.</summary>
/// <param name="Step">Its number, 0 first.</param>
/// <param name="Loss">Mean loss of the batch before the step, in nats a token.</param>
/// <param name="GradientNorm">The gradient's norm before clipping.</param>
/// <param name="LearningRate">The rate it took.</param>
/// <param name="Tokens">Tokens of the batch.</param>
public sealed record LanguageModelStep(long Step, double Loss, double GradientNorm, double LearningRate, int Tokens);
