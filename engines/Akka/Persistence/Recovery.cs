using Akka.Actor;

namespace Akka.Persistence;

/// <summary>From what a persistent actor recovers.</summary>
/// <param name="fromSnapshot">Which snapshots may be offered; the latest one is.</param>
/// <param name="toSequenceNr">The last event to be replayed.</param>
/// <param name="replayMax">How many events at most.</param>
public sealed class Recovery(SnapshotSelectionCriteria? fromSnapshot = null, long toSequenceNr = long.MaxValue, long replayMax = long.MaxValue)
{
    /// <summary>The latest snapshot and every event after it.</summary>
    public static Recovery Default { get; } = new();

    /// <summary>Nothing; only the last event's number is found out.</summary>
    public static Recovery None { get; } = new(SnapshotSelectionCriteria.None, 0);

    /// <summary>Which snapshots may be offered; the latest one is.</summary>
    public SnapshotSelectionCriteria FromSnapshot { get; } = fromSnapshot ?? SnapshotSelectionCriteria.Latest;

    /// <summary>The last event to be replayed.</summary>
    public long ToSequenceNr { get; } = toSequenceNr;

    /// <summary>How many events at most.</summary>
    public long ReplayMax { get; } = replayMax;
}

/// <summary>Sent to a persistent actor after the last replayed event and before the first command.</summary>
public sealed class RecoveryCompleted
{
    /// <summary>The only instance.</summary>
    public static readonly RecoveryCompleted Instance = new();

    private RecoveryCompleted()
    {
    }
}

/// <summary>The database did not answer a recovering actor in time.</summary>
public sealed class RecoveryTimedOutException(string message, Exception? cause = null) : AkkaException(message, cause);
