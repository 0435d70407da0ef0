using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <content>Birth, failure, restart and death.</content>
internal sealed partial class ActorCell
{
    private IActorRef? _perpetrator; // who made this actor fail: a child that it escalated, or itself
    private Queue<SystemMessage>? _deferred;

    private bool IsFailed => _perpetrator is not null;

    public void ReceiveSystem(SystemMessage message)
    {
        if (MustWait(message))
        {
            (_deferred ??= new Queue<SystemMessage>()).Enqueue(message);
            return;
        }

        Handle(message);
        for (var left = _deferred?.Count ?? 0; left > 0 && !Mailbox.IsClosed; left--)
        {
            var next = _deferred!.Dequeue();
            if (MustWait(next)) _deferred.Enqueue(next);
            else Handle(next);
        }
    }

    private bool MustWait(SystemMessage message) =>
        (message is IStashWhenFailed && Mailbox.IsSuspended) || (message is IStashWhenWaitingForChildren && _waitingFor != WaitingFor.Nothing);

    private void Handle(SystemMessage message)
    {
        try
        {
            switch (message)
            {
                case Create:
                    CreateActor();
                    break;
                case ActorTask task:
                    task.Execute();
                    break;
                case ActorTaskCompleted completed:
                    CompleteTask(completed.Task);
                    break;
                case Watch watch:
                    AddWatcher(watch);
                    break;
                case Unwatch unwatch:
                    RemoveWatcher(unwatch);
                    break;
                case DeathWatchNotification notification:
                    WatchedActorTerminated(notification);
                    break;
                case Failed failed:
                    ChildFailed(failed);
                    break;
                case Recreate recreate:
                    Recreate(recreate.Cause);
                    break;
                case Suspend:
                    Mailbox.Suspend();
                    SuspendChildren(except: null);
                    break;
                case Resume resume:
                    ResumeActor(resume.CausedByFailure);
                    break;
                case Terminate:
                    TerminateActor();
                    break;
                default:
                    break;
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void CreateActor()
    {
        try
        {
            _actor = NewActor();
            _actor.AroundPreStart();
        }
        catch (Exception e)
        {
            ClearActor();
            var cause = e;
            throw cause is ActorInitializationException
                ? cause
                : new ActorInitializationException(_self, $"Exception during creation of {Props.Type.Name}: {cause.Message}", cause);
        }
    }

    private ActorBase NewActor()
    {
        (_behaviors, _initialBehavior) = (null, null);
        var instance = Props.NewActor();
        _initialBehavior = instance.OwnReceive;
        _behavior = _behaviors is { Count: > 0 } ? _behaviors.Peek() : _initialBehavior;
        if (instance is IActorStash stashing) stashing.Stash = new Internal.MailboxStash(this);
        return instance;
    }

    /// <summary>Holds everything back and asks the supervisor what to do.</summary>
    private void Fail(Exception cause, IActorRef? escalatedBy = null)
    {
        if (IsFailed) return;
        try
        {
            Mailbox.Suspend();
            _perpetrator = escalatedBy ?? _self;
            SuspendChildren(except: _perpetrator);
            Parent.SendSystemMessage(new Failed(_self, cause, _self.Path.Uid));
        }
        catch (Exception e)
        {
            Log(new Error(e, _self.Path.ToString(), ActorType, $"emergency stop: exception in failure handling for {cause}"));
            foreach (var child in GetChildren()) Stop(child);
            FinishTerminate();
        }
    }

    private void ChildFailed(Failed failed)
    {
        var stats = StatsOf(failed.Child);
        if (stats is null || stats.Child.Path.Uid != failed.Uid)
        {
            Log(new Debug(_self.Path.ToString(), ActorType, $"dropping Failed({failed.Cause}) from {failed.Child}, which is no child any more"));
            return;
        }

        // An asynchronous handler may be halfway through a message; it finds its sender again.
        var before = _sender;
        _sender = failed.Child;
        var cause = failed.Cause;
        bool handled;
        try
        {
            handled = Strategy.HandleFailure(this, stats, cause, _children.Values);
        }
        catch (Exception e)
        {
            (handled, cause) = (false, e);
        }

        _sender = before;
        if (!handled) Fail(cause, escalatedBy: failed.Child);
    }

    private SupervisorStrategy Strategy => Props.SupervisorStrategy ?? _actor?.Strategy ?? SupervisorStrategy.DefaultStrategy;

    private void Recreate(Exception? cause)
    {
        if (_actor is null)
        {
            CreateAgain();
            return;
        }

        try
        {
            _actor.AroundPreRestart(cause!, CurrentMessage!);
        }
        catch (Exception e)
        {
            var failure = new PreRestartException(_self, e, cause!, CurrentMessage!);
            Log(new Error(failure, _self.Path.ToString(), ActorType, e.Message));
        }

        ClearActor();
        if (!WaitForChildren(WaitingFor.Recreation, cause)) FinishRecreate(cause!);
    }

    private void FinishRecreate(Exception cause)
    {
        var survivors = _children.Values;
        Mailbox.Resume();
        Mailbox.IsAwaiting = false;
        _awaited = null;
        _perpetrator = null;
        CurrentMessage = null;
        try
        {
            _actor = NewActor();
            _actor.AroundPostRestart(cause, null!);
            foreach (var survivor in survivors) survivor.Child.Restart(cause);
        }
        catch (Exception e)
        {
            ClearActor();
            Fail(new PostRestartException(_self, e, cause));
        }
    }

    /// <summary>The construction failed, and the supervisor wants it tried again.</summary>
    private void CreateAgain()
    {
        foreach (var child in GetChildren()) Stop(child);
        if (!WaitForChildren(WaitingFor.Creation)) FinishCreate();
    }

    private void FinishCreate()
    {
        Mailbox.Resume();
        _perpetrator = null;
        try
        {
            CreateActor();
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void ResumeActor(Exception? causedByFailure)
    {
        if (_actor is null)
        {
            CreateAgain();
            return;
        }

        var escalated = _perpetrator;
        Mailbox.Resume();
        if (causedByFailure is not null) _perpetrator = null;
        ResumeChildren(causedByFailure, escalated);
    }

    private void TerminateActor()
    {
        SetReceiveTimeout(null);
        if (IsTerminating) return;
        lock (_childrenLock)
        {
            // From here on nobody can add a child.
            _waitingFor = WaitingFor.Termination;
            foreach (var stats in _children.Values) (_dying ??= []).Add(stats.Child);
        }

        if (_dying is not { Count: > 0 })
        {
            FinishTerminate();
            return;
        }

        // No messages while the children stop, and failures are not the supervisor's any more.
        Mailbox.Suspend();
        _perpetrator = _self;
        foreach (var child in GetChildren()) ((IInternalActorRef)child).Stop();
    }

    private void FinishTerminate()
    {
        try
        {
            _actor?.AroundPostStop();
        }
        catch (Exception e)
        {
            Log(new Error(e, _self.Path.ToString(), ActorType, e.Message));
        }

        ClearActor();
        Mailbox.Close();
        Parent.SendSystemMessage(new DeathWatchNotification(_self, existenceConfirmed: true, addressTerminated: false));
        TellWatchers();
        UnwatchAll();
        _awaited = null;
        _sender = null;
        CurrentMessage = null;
    }

    private void ClearActor()
    {
        if (_actor is IWithTimers { Timers: { } timers }) timers.CancelAll();
        if (_actor is IActorStash { Stash: { } stash }) stash.UnstashAll();
        if (_actor is not null) Props.Release(_actor);
        _actor = null;
    }
}
