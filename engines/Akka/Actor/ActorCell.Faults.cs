using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <content>Birth, failure, restart and death.</content>
internal sealed partial class ActorCell
{
    private IActorRef? perpetrator; // who made this actor fail: a child that it escalated, or itself
    private Queue<SystemMessage>? deferred;

    private bool IsFailed => perpetrator is not null;

    public void ReceiveSystem(SystemMessage message)
    {
        if (MustWait(message))
        {
            (deferred ??= new Queue<SystemMessage>()).Enqueue(message);
            return;
        }

        Handle(message);
        for (var left = deferred?.Count ?? 0; left > 0 && !Mailbox.IsClosed; left--)
        {
            var next = deferred!.Dequeue();
            if (MustWait(next)) deferred.Enqueue(next);
            else Handle(next);
        }
    }

    private bool MustWait(SystemMessage message) =>
        (message is IStashWhenFailed && Mailbox.IsSuspended) || (message is IStashWhenWaitingForChildren && waitingFor != WaitingFor.Nothing);

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
            actor = NewActor();
            actor.AroundPreStart();
        }
        catch (Exception e)
        {
            ClearActor();
            var cause = e;
            throw cause is ActorInitializationException
                ? cause
                : new ActorInitializationException(self, $"Exception during creation of {Props.Type.Name}: {cause.Message}", cause);
        }
    }

    private ActorBase NewActor()
    {
        (behaviors, initialBehavior) = (null, null);
        var instance = Props.NewActor();
        initialBehavior = instance.OwnReceive;
        behavior = behaviors is { Count: > 0 } ? behaviors.Peek() : initialBehavior;
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
            perpetrator = escalatedBy ?? self;
            SuspendChildren(except: perpetrator);
            Parent.SendSystemMessage(new Failed(self, cause, self.Path.Uid));
        }
        catch (Exception e)
        {
            Log(new Error(e, self.Path.ToString(), ActorType, $"emergency stop: exception in failure handling for {cause}"));
            foreach (var child in GetChildren()) Stop(child);
            FinishTerminate();
        }
    }

    private void ChildFailed(Failed failed)
    {
        var stats = StatsOf(failed.Child);
        if (stats is null || stats.Child.Path.Uid != failed.Uid)
        {
            Log(new Debug(self.Path.ToString(), ActorType, $"dropping Failed({failed.Cause}) from {failed.Child}, which is no child any more"));
            return;
        }

        // An asynchronous handler may be halfway through a message; it finds its sender again.
        var before = sender;
        sender = failed.Child;
        var cause = failed.Cause;
        bool handled;
        try
        {
            handled = Strategy.HandleFailure(this, stats, cause, children.Values);
        }
        catch (Exception e)
        {
            (handled, cause) = (false, e);
        }

        sender = before;
        if (!handled) Fail(cause, escalatedBy: failed.Child);
    }

    private SupervisorStrategy Strategy => Props.SupervisorStrategy ?? actor?.Strategy ?? SupervisorStrategy.DefaultStrategy;

    private void Recreate(Exception? cause)
    {
        if (actor is null)
        {
            CreateAgain();
            return;
        }

        try
        {
            actor.AroundPreRestart(cause!, CurrentMessage!);
        }
        catch (Exception e)
        {
            var failure = new PreRestartException(self, e, cause!, CurrentMessage!);
            Log(new Error(failure, self.Path.ToString(), ActorType, e.Message));
        }

        ClearActor();
        if (!WaitForChildren(WaitingFor.Recreation, cause)) FinishRecreate(cause!);
    }

    private void FinishRecreate(Exception cause)
    {
        var survivors = children.Values;
        Mailbox.Resume();
        Mailbox.IsAwaiting = false;
        awaited = null;
        perpetrator = null;
        CurrentMessage = null;
        try
        {
            actor = NewActor();
            actor.AroundPostRestart(cause, null!);
            foreach (var survivor in survivors) survivor.Child.Restart(cause);
        }
        catch (Exception e)
        {
            ClearActor();
            Fail(new PostRestartException(self, e, cause));
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
        perpetrator = null;
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
        if (actor is null)
        {
            CreateAgain();
            return;
        }

        var escalated = perpetrator;
        Mailbox.Resume();
        if (causedByFailure is not null) perpetrator = null;
        ResumeChildren(causedByFailure, escalated);
    }

    private void TerminateActor()
    {
        SetReceiveTimeout(null);
        if (IsTerminating) return;
        lock (childrenLock)
        {
            // From here on nobody can add a child.
            waitingFor = WaitingFor.Termination;
            foreach (var stats in children.Values) (dying ??= []).Add(stats.Child);
        }

        if (dying is not { Count: > 0 })
        {
            FinishTerminate();
            return;
        }

        // No messages while the children stop, and failures are not the supervisor's any more.
        Mailbox.Suspend();
        perpetrator = self;
        foreach (var child in GetChildren()) ((IInternalActorRef)child).Stop();
    }

    private void FinishTerminate()
    {
        try
        {
            actor?.AroundPostStop();
        }
        catch (Exception e)
        {
            Log(new Error(e, self.Path.ToString(), ActorType, e.Message));
        }

        ClearActor();
        Mailbox.Close();
        Parent.SendSystemMessage(new DeathWatchNotification(self, existenceConfirmed: true, addressTerminated: false));
        TellWatchers();
        UnwatchAll();
        awaited = null;
        sender = null;
        CurrentMessage = null;
    }

    private void ClearActor()
    {
        if (actor is IWithTimers { Timers: { } timers }) timers.CancelAll();
        if (actor is IActorStash { Stash: { } stash }) stash.UnstashAll();
        if (actor is not null) Props.Release(actor);
        actor = null;
    }
}
