using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Host.Nodes;

/// <summary>The learner's device on a node.</summary>
public sealed record LearnerNodeSettings
{
    /// <summary><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, or <c>auto</c>: CUDA where there is some.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Threads on the CPU; 0 for the run's <c>threads</c>. The last bits of the weights depend on the number.</summary>
    [Range(0, 1_024)]
    public int Threads { get; init; }
}

/// <summary>A rollout's device on a node and how much it takes on. How fast it is, is measured.</summary>
public sealed record RolloutNodeSettings
{
    /// <summary>As the learner's.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Sequences side by side at most; 0 for <c>sampling.slots</c>.</summary>
    [Range(0, 4_096)]
    public int Slots { get; init; }

    /// <summary>Threads on the CPU; 0 for <c>sampling.threads</c>.</summary>
    [Range(0, 1_024)]
    public int Threads { get; init; }

    /// <summary>The share of the device's memory that the slots' keys and values may take; there are fewer slots where they would take more.</summary>
    [Range(0.01, 1.0)]
    public double MemoryFraction { get; init; } = 0.5;

    /// <summary>How far ahead work is fetched, by the measured speed.</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>A scorer's device on a node and its batches.</summary>
public sealed record ScorerNodeSettings
{
    /// <summary>As the learner's.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Threads on the CPU; 0 for the run's <c>threads</c>.</summary>
    [Range(0, 1_024)]
    public int Threads { get; init; }

    /// <summary>Episodes in a full batch.</summary>
    [Range(1, 4_096)]
    public int BatchSize { get; init; } = 64;

    /// <summary>How long an episode waits for others at most before its batch is scored; where no more are being written, it does not.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Off the CPU, tokens that go through the networks at once. At 1 every sequence goes alone: its score is then the same in every batch to the last bit, as it always is on the CPU,
    /// and a run with the same seed gives the same weights whatever the timing. More is faster.
    /// </summary>
    [Range(1, 100_000_000)]
    public int ForwardTokens { get; init; } = 1;
}
