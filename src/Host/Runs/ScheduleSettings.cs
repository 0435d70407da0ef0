using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Host.Runs;

/// <summary>How often a training run looks up from its steps.</summary>
public sealed record ScheduleSettings
{
    /// <summary>Steps between evaluations on the validation split.</summary>
    [Range(1, 1_000_000_000)]
    public int EvaluateEvery { get; init; } = 100;

    /// <summary>Steps between checkpoints. One is also written on Ctrl-C and at the end.</summary>
    [Range(1, 1_000_000_000)]
    public int CheckpointEvery { get; init; } = 500;

    /// <summary>Checkpoints kept.</summary>
    [Range(1, 1_000)]
    public int KeepCheckpoints { get; init; } = 2;
}
