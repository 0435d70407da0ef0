using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Persistence.Sql;

namespace Akka.Persistence;

/// <summary>Who an actor is in the journal, whatever its path.</summary>
public interface IPersistentIdentity
{
    /// <summary>Its name in the journal.</summary>
    string PersistenceId { get; }

    /// <summary>The path of its journal's plugin; empty for the default one.</summary>
    string JournalPluginId { get; }

    /// <summary>The path of its snapshot store's plugin; empty for the default one.</summary>
    string SnapshotPluginId { get; }
}

/// <summary>
/// What persistent actors have in common. Events are on the disk before their handlers run; commands wait while an actor recovers or persists.
/// An actor whose writes fail stops: what the journal has is not known then, and the next start finds it out.
/// </summary>
public abstract partial class Eventsourced : ActorBase, IPersistentIdentity, IWithUnboundedStash
{
    private static int _instances;

    private readonly int _instance = Interlocked.Increment(ref _instances);
    private readonly IStash _commands;
    private readonly PersistenceExtension _extension;
    private readonly Queue<(Action<object> Handler, bool HoldsCommands)> _pending = new();
    private List<Atomic> _asked = []; // by the message at hand
    private List<Atomic> _waiting = []; // for the write in progress
    private SqlPlugin _journal = null!;
    private SqlPlugin _snapshots = null!;
    private IActorRef? _snapshotStore;
    private Fence? _fence;
    private JournalReplay? _replay;
    private IStash _stash = null!;
    private Phase _phase = Phase.Recovering;
    private bool _isWriting;
    private bool _isAwaiting;
    private int _holding; // how many of the pending handlers hold commands back
    private long _lastAsked;

    /// <summary>For the engine only.</summary>
    protected Eventsourced()
    {
        _extension = Persistence.Instance.Apply(Context.System);
        _commands = Context.CreateStash(this);
        Log = Context.GetLogger();
    }

    private enum Phase
    {
        Recovering,
        Processing,
        Persisting,
    }

    /// <inheritdoc/>
    public abstract string PersistenceId { get; }

    /// <inheritdoc/>
    public string JournalPluginId { get; protected set; } = "";

    /// <inheritdoc/>
    public string SnapshotPluginId { get; protected set; } = "";

    /// <summary>From what to recover.</summary>
    public virtual Recovery Recovery => Recovery.Default;

    /// <inheritdoc/>
    public IStash Stash
    {
        get => _stash;
        set => _stash = new PersistentStash(value, _commands);
    }

    /// <summary>Whether the actor is still being told of its past.</summary>
    public bool IsRecovering => _phase == Phase.Recovering;

    /// <summary>The number of the last event that was replayed or persisted.</summary>
    public long LastSequenceNr { get; private set; }

    /// <summary>Whose the snapshots are.</summary>
    public string SnapshotterId => PersistenceId;

    /// <summary>The number that a snapshot taken now has.</summary>
    public long SnapshotSequenceNr => LastSequenceNr;

    /// <summary>Where the actor logs.</summary>
    protected virtual ILoggingAdapter Log { get; }

    /// <summary>Writes an event, then handles it. No command is received before.</summary>
    /// <exception cref="InvalidOperationException">The actor is recovering.</exception>
    public void Persist<TEvent>(TEvent @event, Action<TEvent> handler) => Ask([@event], handler, holdsCommands: true);

    /// <summary>Writes events, all or none, then handles each. No command is received before.</summary>
    /// <inheritdoc cref="Persist"/>
    public void PersistAll<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler) => Ask(events, handler, holdsCommands: true);

    /// <summary>Writes an event, then handles it. Commands are received meanwhile.</summary>
    /// <inheritdoc cref="Persist"/>
    public void PersistAsync<TEvent>(TEvent @event, Action<TEvent> handler) => Ask([@event], handler, holdsCommands: false);

    /// <summary>Writes events, all or none, then handles each. Commands are received meanwhile.</summary>
    /// <inheritdoc cref="Persist"/>
    public void PersistAllAsync<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler) => Ask(events, handler, holdsCommands: false);

    /// <summary>Handles something when all that was persisted before has been handled, at once where that is so; it is not written.</summary>
    /// <inheritdoc cref="Persist"/>
    public void DeferAsync<TEvent>(TEvent evt, Action<TEvent> handler)
    {
        RequireRecovered();
        if (_pending.Count == 0)
        {
            handler(evt);
            return;
        }

        _pending.Enqueue((payload => handler((TEvent)payload), false));
        _asked.Add(new Atomic([new JournalEvent(evt!, 0, Sender)], IsDeferred: true));
    }

    /// <summary>Takes a <see cref="Persistence.SaveSnapshot"/> of this actor's, which says itself up to which event the snapshot goes. Only this actor may tell it.</summary>
    public IActorRef SnapshotStore => _snapshotStore ??= new SnapshotStoreRef(Context.System, Self.Path / "snapshot-store", Save);

    /// <summary>Saves the actor's state; <see cref="SaveSnapshotSuccess"/> or <see cref="SaveSnapshotFailure"/> is sent to it.</summary>
    public void SaveSnapshot(object snapshot) =>
        SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(SnapshotterId, SnapshotSequenceNr, Context.System.Scheduler.Now.UtcDateTime), snapshot));

    /// <summary>Deletes snapshots; <see cref="DeleteSnapshotsSuccess"/> or <see cref="DeleteSnapshotsFailure"/> is sent to the actor.</summary>
    public void DeleteSnapshots(SnapshotSelectionCriteria criteria) =>
        Report(() => _snapshots.Store.DeleteSnapshots(SnapshotterId, criteria.MaxSequenceNr, criteria.MaxTimeStamp, _fence),
            new DeleteSnapshotsSuccess(criteria), cause => new DeleteSnapshotsFailure(criteria, cause));

    /// <summary>
    /// Deletes the events up to a number, or all for <see cref="long.MaxValue"/>; <see cref="DeleteMessagesSuccess"/> or
    /// <see cref="DeleteMessagesFailure"/> is sent to the actor.
    /// </summary>
    public void DeleteMessages(long toSequenceNr)
    {
        var to = toSequenceNr == long.MaxValue ? LastSequenceNr : toSequenceNr;
        Report(() => to <= LastSequenceNr
                ? _journal.Store.DeleteEvents(PersistenceId, to, _fence)
                : throw new InvalidOperationException($"toSequenceNr [{to}] must be less than or equal to LastSequenceNr [{LastSequenceNr}]"),
            new DeleteMessagesSuccess(to), cause => new DeleteMessagesFailure(cause, toSequenceNr));
    }

    /// <summary>Receives a snapshot, a replayed event or <see cref="RecoveryCompleted"/>.</summary>
    protected abstract bool ReceiveRecover(object message);

    /// <summary>Receives a command.</summary>
    protected abstract bool ReceiveCommand(object message);

    /// <summary>Called when an event may not be on the disk; the actor stops.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="event">The event.</param>
    /// <param name="sequenceNr">Its number.</param>
    protected virtual void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause, "Failed to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}].", @event.GetType(), sequenceNr, PersistenceId);

    /// <summary>Called when an event cannot be written because it has no serializer; nothing of it was, and the actor goes on.</summary>
    /// <inheritdoc cref="OnPersistFailure"/>
    protected virtual void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Log.Error(
        cause, "Rejected to persist event type [{0}] with sequence number [{1}] for persistenceId [{2}] due to [{3}].",
        @event.GetType(), sequenceNr, PersistenceId, cause.Message);

    /// <summary>Runs an asynchronous action, during which no message is received; what it persists is written when it is done.</summary>
    protected void RunTask(Func<Task> action) => ActorTaskScheduler.RunTask(() =>
    {
        var task = action();
        return task.IsCompleted ? task : Finish(task);

        async Task Finish(Task running)
        {
            _isAwaiting = true;
            var failed = true;
            try
            {
                await running;
                failed = false;
            }
            finally
            {
                _isAwaiting = false;
                CommandDone(failed);
            }
        }
    });

    private void RequireRecovered()
    {
        if (IsRecovering)
            throw new InvalidOperationException("Cannot persist during replay. Events can be persisted when receiving RecoveryCompleted or later.");
    }

    private void Ask<TEvent>(IEnumerable<TEvent> events, Action<TEvent> handler, bool holdsCommands)
    {
        RequireRecovered();
        var whole = new List<JournalEvent>();
        foreach (var @event in events)
        {
            _pending.Enqueue((payload => handler((TEvent)payload), holdsCommands));
            if (holdsCommands) _holding++;
            whole.Add(new JournalEvent(@event!, ++_lastAsked, Sender));
        }

        if (whole.Count > 0) _asked.Add(new Atomic(whole, IsDeferred: false));
    }

    private void WriteAsked()
    {
        if (_asked.Count > 0)
        {
            _waiting.AddRange(_asked);
            _asked = [];
        }

        WriteWaiting();
    }

    // One write at a time, of everything that has gathered since the last.
    private void WriteWaiting()
    {
        if (_isWriting || _waiting.Count == 0) return;
        _isWriting = true;
        var batch = _waiting;
        _waiting = [];
        var rows = new List<EventRow>();
        var rejected = new Dictionary<Atomic, Exception>();
        foreach (var whole in batch.Where(whole => !whole.IsDeferred))
        {
            try
            {
                rows.AddRange([.. whole.Events.Select(@event => _journal.ToRow(PersistenceId, @event.SequenceNr, @event.Payload))]);
            }
            catch (Exception e)
            {
                rejected.Add(whole, e);
            }
        }

        var (self, number) = (Self, _instance);
        if (rows.Count > 0) _journal.Store.Append(rows, _fence, Done);
        else Done(null);

        void Done(Exception? failure)
        {
            if (failure is null) self.Tell(new BatchWritten(number), ActorRefs.NoSender);
            foreach (var whole in batch)
            {
                foreach (var @event in whole.Events)
                {
                    StoreReply reply = rejected.TryGetValue(whole, out var cause) ? new EventRejected(number, @event, cause)
                        : failure is not null && !whole.IsDeferred ? new EventFailed(number, @event, failure)
                        : new EventDone(number, @event);
                    self.Tell(reply, @event.Sender!);
                }
            }
        }
    }

    private void Save(SaveSnapshot save) => Report(
        () => _snapshots.Store.SaveSnapshot(_snapshots.ToRow(save.Metadata, save.Snapshot), _fence),
        new SaveSnapshotSuccess(save.Metadata), cause => new SaveSnapshotFailure(save.Metadata, cause));

    private async void Report(Func<Task> operation, object success, Func<Exception, object> failure)
    {
        var (self, number) = (Self, _instance);
        object outcome;
        try
        {
            await operation().ConfigureAwait(false);
            outcome = success;
        }
        catch (LeaseLostException e)
        {
            outcome = new FencedOff(number, e);
        }
        catch (Exception e)
        {
            outcome = failure(e);
        }

        self.Tell(outcome, ActorRefs.NoSender);
    }

    /// <summary>Events that are written all or none, or one that is deferred.</summary>
    private sealed record Atomic(IReadOnlyList<JournalEvent> Events, bool IsDeferred)
    {
        public bool Equals(Atomic? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
