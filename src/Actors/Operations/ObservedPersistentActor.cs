using System.Diagnostics;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Actors.Operations;

/// <summary>A persistent actor whose <see cref="ActorGauge"/> operators see.</summary>
public abstract class ObservedPersistentActor : ReceivePersistentActor
{
    private readonly RecentSum _writes = new(seconds: 30);
    private readonly RecentShares<JournalActivity> _journal = new(JournalActivity.Idle);
    private int _underWay;

    /// <summary>Opens the gauge.</summary>
    protected ObservedPersistentActor()
    {
        Gauge = ActorGauges.Of(Context.System).Open(Self, GetType());
        Recover<SnapshotOffer>(offer => offer.Snapshot is JournalSettled, offer => SettledThrough = offer.Metadata.SequenceNr);
        Command<SaveSnapshotSuccess>(saved => DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1)));
        Command<DeleteSnapshotsSuccess>(_ => { });
    }

    /// <summary>The last event that recovery leaves out; 0 where there is none.</summary>
    protected long SettledThrough { get; private set; }

    /// <summary>The actor's gauge.</summary>
    protected ActorGauge Gauge { get; }

    /// <summary>How long it takes to write an event, in milliseconds, lately, on average.</summary>
    protected double WriteMilliseconds => _writes.Mean;

    /// <summary>The share of the last half minute in which an event was being written.</summary>
    protected double Writing => _journal[JournalActivity.Writing];

    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        Gauge.Enter(ActorState.Recovering);
        Gauge.Start(base.AroundPreStart);
    }

    /// <inheritdoc/>
    public override void AroundPreRestart(Exception cause, object message)
    {
        Gauge.Restart(cause);
        base.AroundPreRestart(cause, message);
    }

    /// <inheritdoc/>
    public override void AroundPostRestart(Exception cause, object message)
    {
        Gauge.Enter(ActorState.Recovering);
        base.AroundPostRestart(cause, message);
    }

    /// <inheritdoc/>
    public override void AroundPostStop()
    {
        Gauge.Enter(ActorState.Stopped);
        base.AroundPostStop();
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        Gauge.Received();
        var isHandled = base.AroundReceive(receive, message);
        if (!IsRecovering && Gauge.State == ActorState.Recovering) Gauge.Enter(ActorState.Running);
        return isHandled;
    }

    /// <summary><see cref="Eventsourced.PersistAsync{TEvent}(TEvent, Action{TEvent})"/>, timed.</summary>
    protected void WriteAsync<TEvent>(TEvent @event, Action<TEvent> handler)
    {
        var asked = Stopwatch.GetTimestamp();
        if (_underWay++ == 0) _journal.Enter(JournalActivity.Writing);
        PersistAsync(@event, written =>
        {
            var taken = Stopwatch.GetElapsedTime(asked);
            _writes.Add(taken.TotalMilliseconds);
            ActorMetrics.JournalWrite.Record(taken.TotalSeconds, new KeyValuePair<string, object?>("type", Gauge.Type));
            if (--_underWay == 0) _journal.Enter(JournalActivity.Idle);
            handler(written);
        });
    }

    /// <summary>Has recovery begin after an event from now on.</summary>
    /// <param name="sequenceNr">The event's number.</param>
    /// <param name="isKept">Whether the events up to it stay in the journal, for those who read that, or are deleted.</param>
    protected void Settle(long sequenceNr, bool isKept)
    {
        SettledThrough = sequenceNr;
        if (isKept) SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata(PersistenceId, sequenceNr, Context.System.Scheduler.Now.UtcDateTime), new JournalSettled { Through = sequenceNr }));
        else DeleteMessages(sequenceNr);
    }

    private enum JournalActivity
    {
        Idle,
        Writing,
    }
}
