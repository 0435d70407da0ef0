using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

/// <summary>The events up to a number have been deleted.</summary>
public sealed record DeleteMessagesSuccess(long ToSequenceNr);

/// <summary>Events could not be deleted.</summary>
public sealed record DeleteMessagesFailure(Exception Cause, long ToSequenceNr);

/// <summary>
/// What a store has to say to one instance of a persistent actor; another instance, of before a restart or after it, must not hear it.
/// </summary>
internal abstract record StoreReply(int Instance) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>The snapshot to begin from.</summary>
internal sealed record SnapshotFound(int Instance, SnapshotOffer Offer) : StoreReply(Instance);

/// <summary>An event to be replayed.</summary>
internal sealed record EventFound(int Instance, long SequenceNr, object Payload) : StoreReply(Instance);

/// <summary>Some events have been sent; more are, when these have been replayed.</summary>
internal sealed record PageFound(int Instance) : StoreReply(Instance);

/// <summary>There are no more events.</summary>
internal sealed record AllFound(int Instance, long HighestSequenceNr) : StoreReply(Instance);

/// <summary>The journal or the snapshots could not be read.</summary>
internal sealed record ReadFailed(int Instance, Exception Cause) : StoreReply(Instance);

/// <summary>A batch is on the disk; the next one may be written.</summary>
internal sealed record BatchWritten(int Instance) : StoreReply(Instance);

/// <summary>An event's turn has come: it is on the disk, or was deferred until those before it were.</summary>
internal sealed record EventDone(int Instance, JournalEvent Event) : StoreReply(Instance);

/// <summary>An event has no serializer, or is part of a whole of which one has none.</summary>
internal sealed record EventRejected(int Instance, JournalEvent Event, Exception Cause) : StoreReply(Instance);

/// <summary>An event may not be on the disk.</summary>
internal sealed record EventFailed(int Instance, JournalEvent Event, Exception Cause) : StoreReply(Instance);

/// <summary>The actor does not hold the lease any more that it writes under.</summary>
internal sealed record FencedOff(int Instance, Exception Cause) : StoreReply(Instance);

/// <summary>An event on its way to the journal.</summary>
/// <param name="Payload">The event.</param>
/// <param name="SequenceNr">Its number; 0 for one that is only deferred.</param>
/// <param name="Sender">Who sent the command that it is of.</param>
internal sealed record JournalEvent(object Payload, long SequenceNr, IActorRef? Sender);
