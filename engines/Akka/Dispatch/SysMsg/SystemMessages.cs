using Akka.Actor;
using Akka.Event;

namespace Akka.Dispatch.SysMsg;

/// <summary>What the engine's actors tell each other about their lives; handled before any message, even while messages are held back.</summary>
public interface ISystemMessage;

/// <summary>The base of the system messages. An instance is sent once only: it carries its own place in the queue.</summary>
public abstract class SystemMessage : ISystemMessage
{
    internal SystemMessage? Next;
}

/// <summary>Waits while the actor waits for its children to stop.</summary>
internal interface IStashWhenWaitingForChildren;

/// <summary>Waits while the actor is suspended.</summary>
internal interface IStashWhenFailed;

/// <summary>The first message: construct the actor.</summary>
public sealed class Create : SystemMessage;

/// <summary>Replace the actor's instance.</summary>
public sealed class Recreate(Exception? cause) : SystemMessage, IStashWhenWaitingForChildren
{
    /// <summary>Why.</summary>
    public Exception? Cause => cause;
}

/// <summary>Hold messages back.</summary>
public sealed class Suspend : SystemMessage, IStashWhenWaitingForChildren;

/// <summary>Go on with messages.</summary>
public sealed class Resume(Exception? causedByFailure) : SystemMessage, IStashWhenWaitingForChildren
{
    /// <summary>The failure that it was suspended for, or null.</summary>
    public Exception? CausedByFailure => causedByFailure;
}

/// <summary>Stop.</summary>
public sealed class Terminate : SystemMessage, IDeadLetterSuppression;

/// <summary>A child failed and waits for its supervisor's decision.</summary>
public sealed class Failed(IActorRef child, Exception cause, long uid) : SystemMessage, IStashWhenFailed
{
    /// <summary>The child.</summary>
    public IActorRef Child => child;

    /// <summary>What it threw.</summary>
    public Exception Cause => cause;

    /// <summary>Its incarnation.</summary>
    public long Uid => uid;
}

/// <summary>The watcher wants to hear of the watchee's end.</summary>
public sealed class Watch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    /// <summary>Whose end.</summary>
    public IInternalActorRef Watchee => watchee;

    /// <summary>Who wants to hear of it.</summary>
    public IInternalActorRef Watcher => watcher;
}

/// <summary>The watcher does not want to hear of it any more.</summary>
public sealed class Unwatch(IInternalActorRef watchee, IInternalActorRef watcher) : SystemMessage
{
    /// <inheritdoc cref="Watch.Watchee"/>
    public IInternalActorRef Watchee => watchee;

    /// <inheritdoc cref="Watch.Watcher"/>
    public IInternalActorRef Watcher => watcher;
}

/// <summary>A watched actor or a child has ended.</summary>
public sealed class DeathWatchNotification(IActorRef actor, bool existenceConfirmed, bool addressTerminated) : SystemMessage, IDeadLetterSuppression
{
    /// <summary>Who.</summary>
    public IActorRef Actor => actor;

    /// <summary>Whether it is known to have existed.</summary>
    public bool ExistenceConfirmed => existenceConfirmed;

    /// <summary>Whether it was its whole process that went away.</summary>
    public bool AddressTerminated => addressTerminated;
}

/// <summary>A part of an asynchronous handler that is to run in the actor.</summary>
internal sealed class ActorTask(ActorTaskScheduler scheduler, Task task) : SystemMessage
{
    public void Execute() => scheduler.Execute(task);
}

/// <summary>The end of an asynchronous handler.</summary>
internal sealed class ActorTaskCompleted(Task task) : SystemMessage
{
    public Task Task => task;
}
