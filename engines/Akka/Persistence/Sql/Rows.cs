namespace Akka.Persistence.Sql;

/// <summary>A row of Akka.Persistence.Sql's <c>journal</c> table; the database gives the ordering.</summary>
/// <param name="PersistenceId">Whose event.</param>
/// <param name="SequenceNr">Counted from 1 for each persistence id.</param>
/// <param name="Created">When, in .NET ticks of UTC.</param>
/// <param name="Message">The serialized event.</param>
/// <param name="Manifest">What the serializer calls it; empty where it needs no manifest.</param>
/// <param name="Identifier">The serializer's number.</param>
/// <param name="WriterUuid">The journal that wrote it: one number a process and plugin.</param>
internal sealed record EventRow(
    string PersistenceId, long SequenceNr, long Created, byte[] Message, string Manifest, int? Identifier, string? WriterUuid);

/// <summary>An event's number and how many bytes it has.</summary>
internal readonly record struct EventSize(long SequenceNr, int Bytes);

/// <summary>A row of Akka.Persistence.Sql's <c>snapshot</c> table; the columns are those of <see cref="EventRow"/>.</summary>
internal sealed record SnapshotRow(string PersistenceId, long SequenceNr, long Created, byte[] Payload, string Manifest, int? Identifier);

/// <summary>What a write has to hold for it to happen: the lease, as its owner had it.</summary>
/// <param name="Lease">The lease's name.</param>
/// <param name="Owner">Who writes.</param>
/// <param name="Epoch">The lease's epoch when the writer got it.</param>
internal readonly record struct Fence(string Lease, string Owner, long Epoch);
