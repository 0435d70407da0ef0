using Akka.Actor;

namespace Akka.Persistence;

/// <content>From the start through recovery to the end; which message is received when.</content>
public abstract partial class Eventsourced
{
    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        Recover();
        base.AroundPreStart();
    }

    /// <inheritdoc/>
    public override void AroundPreRestart(Exception cause, object message)
    {
        try
        {
            GiveBackStashed();
        }
        finally
        {
            WriteWaiting();
            base.AroundPreRestart(cause, message switch
            {
                EventDone done => done.Event.Payload,
                EventFound found => found.Payload,
                _ => message,
            });
        }
    }

    /// <inheritdoc/>
    public override void AroundPostRestart(Exception cause, object message)
    {
        Recover();
        base.AroundPostRestart(cause, message);
    }

    /// <inheritdoc/>
    public override void AroundPostStop()
    {
        try
        {
            GiveBackStashed();
        }
        finally
        {
            base.AroundPostStop();
        }
    }

    /// <inheritdoc/>
    protected internal override bool AroundReceive(Receive receive, object message)
    {
        if (message is StoreReply reply)
        {
            if (reply.Instance == _instance) ReceiveReply(reply);
        }
        else if (_phase == Phase.Processing)
        {
            ReceiveInOrder(receive, message);
        }
        else
        {
            _commands.Stash();
        }

        return true;
    }

    /// <inheritdoc/>
    protected override void Unhandled(object message)
    {
        switch (message)
        {
            case RecoveryCompleted:
                return;
            case SaveSnapshotFailure failure:
                Log.Log(Event.LogLevel.WarningLevel, failure.Cause, $"Failed to SaveSnapshot given metadata [{failure.Metadata}]");
                break;
            case DeleteSnapshotsFailure failure:
                Log.Log(Event.LogLevel.WarningLevel, failure.Cause, $"Failed to DeleteSnapshots given criteria [{failure.Criteria}]");
                break;
            case DeleteMessagesFailure failure:
                Log.Log(Event.LogLevel.WarningLevel, failure.Cause,
                    $"Failed to DeleteMessages ToSequenceNr [{failure.ToSequenceNr}] for PersistenceId [{PersistenceId}]");
                break;
            default:
                break;
        }

        base.Unhandled(message);
    }

    /// <summary>Called when the last event has been replayed, before <see cref="RecoveryCompleted"/> is received.</summary>
    protected virtual void OnReplaySuccess()
    {
    }

    /// <summary>Called when the past could not be read, or an event of it not be handled; the actor stops.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">The event at which it failed, or null.</param>
    protected virtual void OnRecoveryFailure(Exception reason, object message = null!)
    {
        if (message is null)
        {
            Log.Log(Event.LogLevel.ErrorLevel, reason,
                $"Persistence failure when replaying events for persistenceId [{PersistenceId}]. Last known sequence number [{LastSequenceNr}]");
        }
        else
        {
            Log.Log(Event.LogLevel.ErrorLevel, reason,
                $"Exception in ReceiveRecover when replaying event type [{message.GetType()}] with sequence number [{LastSequenceNr}] "
                + $"for persistenceId [{PersistenceId}]");
        }
    }

    private void Recover()
    {
        if (PersistenceId is null)
            throw new ArgumentNullException(nameof(PersistenceId), $"PersistenceId is [null] for PersistentActor [{Self.Path}]");
        _journal = _extension.Journal(JournalPluginId);
        _snapshots = _extension.SnapshotStore(SnapshotPluginId);
        _fence = _extension.Leases?.LeaseOf(Self.Path);
        _replay = new JournalReplay(_extension, _journal, _snapshots, PersistenceId, Recovery, Self, _instance);
    }

    private void ReceiveReply(StoreReply reply)
    {
        switch (reply)
        {
            case SnapshotFound found:
                LastSequenceNr = found.Offer.Metadata.SequenceNr;
                Replay(found.Offer, null!);
                break;
            case EventFound found:
                LastSequenceNr = Math.Max(LastSequenceNr, found.SequenceNr);
                Replay(found.Payload, found.Payload);
                break;
            case PageFound:
                _replay?.Continue();
                break;
            case AllFound found:
                Recovered(found.HighestSequenceNr);
                break;
            case ReadFailed failed:
                FailRecovery(failed.Cause, null!);
                break;
            case BatchWritten:
                _isWriting = false;
                WriteWaiting();
                break;
            case EventDone done:
                LastSequenceNr = Math.Max(LastSequenceNr, done.Event.SequenceNr);
                HandleEvent(done.Event);
                break;
            case EventRejected rejected:
                LastSequenceNr = Math.Max(LastSequenceNr, rejected.Event.SequenceNr);
                EventHandled(failed: false);
                OnPersistRejected(rejected.Cause, rejected.Event.Payload, rejected.Event.SequenceNr);
                break;
            case EventFailed failed:
                EventHandled(failed: false);
                Finally(() => OnPersistFailure(failed.Cause, failed.Event.Payload, failed.Event.SequenceNr));
                break;
            case FencedOff fenced:
                Log.Log(Event.LogLevel.ErrorLevel, fenced.Cause, $"{PersistenceId} stops: {fenced.Cause.Message}");
                Context.Stop(Self);
                break;
            default:
                throw new InvalidOperationException($"{reply.GetType()} is no reply of a store");
        }
    }

    private void Replay(object message, object @event)
    {
        try
        {
            base.AroundReceive(ReceiveRecover, message);
        }
        catch (Exception e)
        {
            FailRecovery(e, @event);
        }
    }

    private void FailRecovery(Exception cause, object @event)
    {
        _replay?.Dispose();
        Finally(() => OnRecoveryFailure(cause, @event));
    }

    private void Recovered(long highest)
    {
        _replay?.Dispose();
        OnReplaySuccess();
        _lastAsked = LastSequenceNr = Math.Max(LastSequenceNr, highest);
        _phase = Phase.Processing;
        try
        {
            base.AroundReceive(ReceiveRecover, RecoveryCompleted.Instance);
        }
        finally
        {
            WriteAsked();
            if (_holding > 0) _phase = Phase.Persisting;
            else _commands.UnstashAll();
        }
    }

    private void ReceiveInOrder(Receive receive, object message)
    {
        try
        {
            base.AroundReceive(receive, message);
        }
        catch
        {
            CommandDone(failed: true);
            throw;
        }

        CommandDone(failed: false);
    }

    private void CommandDone(bool failed)
    {
        WriteAsked();
        if (_isAwaiting) return;
        if (_holding > 0) _phase = Phase.Persisting;
        else UnstashCommands(failed);
    }

    private void HandleEvent(JournalEvent @event)
    {
        try
        {
            try
            {
                _pending.Peek().Handler(@event.Payload);
            }
            finally
            {
                WriteAsked();
            }
        }
        catch
        {
            EventHandled(failed: true);
            throw;
        }

        EventHandled(failed: false);
    }

    private void EventHandled(bool failed)
    {
        if (_pending.Dequeue().HoldsCommands) _holding--;
        _phase = _holding > 0 ? Phase.Persisting : Phase.Processing;
        if (_phase == Phase.Processing) UnstashCommands(failed);
    }

    // One at a time, because each may persist and hold the next back; all when the actor is about to restart.
    private void UnstashCommands(bool all)
    {
        if (all) _commands.UnstashAll();
        else _commands.Unstash();
    }

    private void GiveBackStashed()
    {
        _replay?.Dispose();
        _commands.UnstashAll();
        Stash.UnstashAll(envelope => envelope.Message is not StoreReply);
    }

    // Runs something, and stops whatever comes of it.
    private void Finally(Action last)
    {
        try
        {
            last();
        }
        finally
        {
            Context.Stop(Self);
        }
    }
}
