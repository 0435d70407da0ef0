using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Model.Training;

/// <summary>How a language model is trained: pretraining on whole texts, or supervised fine-tuning on reference summaries.</summary>
public sealed record LanguageModelSettings
{
    /// <summary>Passes over the training split.</summary>
    [Range(0.001, 10_000)]
    public double Epochs { get; init; } = 1;

    /// <summary>Tokens in a batch, on average.</summary>
    [Range(1, 100_000_000)]
    public int TokensPerBatch { get; init; } = 4_096;

    /// <summary>Decides the order of the examples.</summary>
    public long Seed { get; init; }

    /// <summary>Optimizer and learning rate.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();
}
