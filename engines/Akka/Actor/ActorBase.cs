namespace Akka.Actor;

/// <summary>Handles a message; false where it does not.</summary>
public delegate bool Receive(object message);

/// <summary>Handles a message.</summary>
public delegate void UntypedReceive(object message);

/// <summary>What the engine asks of an actor's instance.</summary>
public interface IInternalActor
{
    /// <summary>The context it runs in.</summary>
    IActorContext ActorContext { get; }
}

/// <summary>
/// The base of actors. An instance is constructed by the engine, receives one message at a time, and is replaced by a new one when it fails and its
/// supervisor restarts it.
/// </summary>
public abstract class ActorBase : IInternalActor
{
    /// <summary>For the engine only.</summary>
    /// <exception cref="ActorInitializationException">It was constructed with <c>new</c>.</exception>
    protected ActorBase()
    {
        var cell = ActorCell.Current ?? throw new ActorInitializationException(
            $"Do not create actors using 'new', always create them using an ActorContext/System ({GetType().Name})");
        if (this is IWithTimers timed) timed.Timers = new TimerScheduler(cell);
    }

    /// <summary>The context of the actor that runs on this thread.</summary>
    /// <exception cref="NotSupportedException">None does.</exception>
    protected static IActorContext Context => ActorCell.Current ?? throw NoContext();

    /// <summary>A behavior that handles nothing.</summary>
    protected static Receive EmptyReceive { get; } = static _ => false;

    /// <summary>This actor's handle.</summary>
    protected IActorRef Self => Context.Self;

    /// <summary>Who sent the message at hand; dead letters where nobody did.</summary>
    protected IActorRef Sender => Context.Sender;

    IActorContext IInternalActor.ActorContext => Context;

    internal Receive OwnReceive => Receive;

    internal SupervisorStrategy Strategy => _strategy ??= SupervisorStrategy();

    private SupervisorStrategy? _strategy;

    /// <summary>Calls <see cref="PreStart"/>; for extensions of the engine.</summary>
    public virtual void AroundPreStart() => PreStart();

    /// <summary>Calls <see cref="PostStop"/>; for extensions of the engine.</summary>
    public virtual void AroundPostStop() => PostStop();

    /// <summary>Calls <see cref="PreRestart"/>; for extensions of the engine.</summary>
    public virtual void AroundPreRestart(Exception cause, object message) => PreRestart(cause, message);

    /// <summary>Calls <see cref="PostRestart"/>; for extensions of the engine.</summary>
    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);

    internal static NotSupportedException NoContext() =>
        new("There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    /// <summary>Receives a message with a behavior; for extensions of the engine.</summary>
    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        if (receive(message)) return true;
        Unhandled(message);
        return false;
    }

    /// <summary>Handles a message; false where it does not.</summary>
    protected abstract bool Receive(object message);

    /// <summary>What becomes of a message that was not handled: an <see cref="Event.UnhandledMessage"/> on the event stream.</summary>
    /// <exception cref="DeathPactException">It was <see cref="Terminated"/>.</exception>
    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated) throw new DeathPactException(terminated.ActorRef);
        Context.System.EventStream.Publish(new Event.UnhandledMessage(message, Sender, Self));
    }

    /// <summary>Receives with another behavior from now on.</summary>
    protected void Become(Receive receive) => Context.Become(receive);

    /// <summary>Receives with another behavior until <see cref="UnbecomeStacked"/>.</summary>
    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    /// <summary>Goes back to the behavior before.</summary>
    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    /// <summary>Has the actor sent <see cref="ReceiveTimeout"/> whenever it has received nothing for so long; null ends that.</summary>
    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    /// <summary>Runs before the first message of the first instance.</summary>
    protected virtual void PreStart()
    {
    }

    /// <summary>Runs when the actor has stopped; the children have ended.</summary>
    protected virtual void PostStop()
    {
    }

    /// <summary>Runs on the failed instance before it is replaced: stops the children and calls <see cref="PostStop"/>.</summary>
    /// <param name="reason">What it threw.</param>
    /// <param name="message">The message at which it failed, or null.</param>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    /// <summary>Runs on the new instance: calls <see cref="PreStart"/>.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    /// <summary>What to do about children that fail; asked once an instance.</summary>
    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;
}
