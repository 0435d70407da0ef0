namespace ActorRlhf.Host.Chaos;

/// <summary>What is done to a process.</summary>
public enum StrikeKind
{
    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>SIGSTOP, and SIGCONT some seconds later.</summary>
    Freeze,

    /// <summary>SIGKILL to all of them at once.</summary>
    PowerCut,
}

/// <summary>A strike as planned.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Node">To whom, if it runs; else to the next one in the list that does.</param>
/// <param name="Duration">How long a freeze lasts.</param>
public sealed record Strike(StrikeKind Kind, int Node, TimeSpan Duration);

/// <summary>A strike as it was.</summary>
public sealed record StrikeRecord
{
    /// <summary>What was done.</summary>
    public required StrikeKind Kind { get; init; }

    /// <summary>The node's name; <c>all</c> for a power cut.</summary>
    public required string Node { get; init; }

    /// <summary>How long a freeze lasted, in seconds; 0 for what is not one.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether the learner ran there.</summary>
    public bool Learner { get; init; }

    /// <summary>Seconds after the run's start.</summary>
    public required double At { get; init; }

    /// <summary>Batches trained by then.</summary>
    public required long Batches { get; init; }

    /// <summary>Seconds until the next batch was trained; null where there was none.</summary>
    public double? UntilBatch { get; init; }
}
