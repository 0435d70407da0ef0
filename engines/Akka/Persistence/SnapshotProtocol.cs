namespace Akka.Persistence;

/// <summary>Which snapshot.</summary>
/// <param name="PersistenceId">Whose state it is.</param>
/// <param name="SequenceNr">The last event in it.</param>
/// <param name="Timestamp">When it was taken, in UTC.</param>
public sealed record SnapshotMetadata(string PersistenceId, long SequenceNr, DateTime Timestamp);

/// <summary>Offered to a recovering actor before the events after it.</summary>
/// <param name="Metadata">Which snapshot it is.</param>
/// <param name="Snapshot">The state.</param>
public sealed record SnapshotOffer(SnapshotMetadata Metadata, object Snapshot);

/// <summary>Saves a snapshot; a <see cref="SaveSnapshotSuccess"/> or a <see cref="SaveSnapshotFailure"/> answers it.</summary>
/// <param name="Metadata">Whose it is, and up to which event it goes: recovery replays those after it.</param>
/// <param name="Snapshot">The state.</param>
public sealed record SaveSnapshot(SnapshotMetadata Metadata, object Snapshot);

/// <summary>A snapshot is on the disk.</summary>
public sealed record SaveSnapshotSuccess(SnapshotMetadata Metadata);

/// <summary>A snapshot could not be saved.</summary>
public sealed record SaveSnapshotFailure(SnapshotMetadata Metadata, Exception Cause);

/// <summary>Snapshots have been deleted.</summary>
public sealed record DeleteSnapshotsSuccess(SnapshotSelectionCriteria Criteria);

/// <summary>Snapshots could not be deleted.</summary>
public sealed record DeleteSnapshotsFailure(SnapshotSelectionCriteria Criteria, Exception Cause);

/// <summary>Which snapshots: those up to a number and a time, both included.</summary>
public sealed record SnapshotSelectionCriteria(long MaxSequenceNr, DateTime MaxTimeStamp)
{
    /// <summary>Those up to a number.</summary>
    public SnapshotSelectionCriteria(long maxSequenceNr)
        : this(maxSequenceNr, DateTime.MaxValue)
    {
    }

    /// <summary>All.</summary>
    public static SnapshotSelectionCriteria Latest { get; } = new(long.MaxValue, DateTime.MaxValue);

    /// <summary>None.</summary>
    public static SnapshotSelectionCriteria None { get; } = new(0, DateTime.MinValue);
}
