using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>What makes actors and finds them.</summary>
public interface IActorRefFactory
{
    /// <summary>Makes an actor; without a name it gets one.</summary>
    /// <exception cref="InvalidActorNameException">The name is taken, or one that no actor may have.</exception>
    IActorRef ActorOf(Props props, string? name = null);

    /// <summary>The actors that a path means when a message is sent to it.</summary>
    ActorSelection ActorSelection(ActorPath actorPath);

    /// <inheritdoc cref="ActorSelection(ActorPath)"/>
    ActorSelection ActorSelection(string actorPath);
}

/// <summary>What can hear of actors' ends.</summary>
public interface ICanWatch
{
    /// <summary>Has <see cref="Terminated"/> sent when an actor ends.</summary>
    IActorRef Watch(IActorRef subject);

    /// <summary>Has a message of one's own sent when an actor ends.</summary>
    IActorRef WatchWith(IActorRef subject, object message);

    /// <summary>Takes <see cref="Watch"/> back; what was sent already is not received.</summary>
    IActorRef Unwatch(IActorRef subject);
}

/// <summary>What an actor can ask of the engine while it handles a message.</summary>
public interface IActorContext : IActorRefFactory, ICanWatch
{
    /// <summary>The actor's handle.</summary>
    IActorRef Self { get; }

    /// <summary>What the actor was made from.</summary>
    Props Props { get; }

    /// <summary>What the actor runs on.</summary>
    MessageDispatcher Dispatcher { get; }

    /// <summary>Who sent the message at hand; dead letters where nobody did.</summary>
    IActorRef Sender { get; }

    /// <summary>The actor's system.</summary>
    ActorSystem System { get; }

    /// <summary>The supervisor.</summary>
    IActorRef Parent { get; }

    /// <summary>The receive timeout, or null.</summary>
    TimeSpan? ReceiveTimeout { get; }

    /// <summary>Receives with another behavior from now on.</summary>
    void Become(Receive receive);

    /// <summary>Receives with another behavior until <see cref="UnbecomeStacked"/>.</summary>
    void BecomeStacked(Receive receive);

    /// <summary>Goes back to the behavior before.</summary>
    void UnbecomeStacked();

    /// <summary>A child, or <see cref="ActorRefs.Nobody"/>.</summary>
    IActorRef Child(string name);

    /// <summary>The children.</summary>
    IEnumerable<IActorRef> GetChildren();

    /// <summary>Has the actor sent <see cref="Actor.ReceiveTimeout"/> whenever it has received nothing for so long; null ends that.</summary>
    void SetReceiveTimeout(TimeSpan? timeout);

    /// <summary>Stops an actor, which finishes the message at hand first.</summary>
    void Stop(IActorRef child);
}

/// <summary>A context with behaviors that count as handling every message.</summary>
public interface IUntypedActorContext : IActorContext
{
    /// <summary>Receives with another behavior from now on.</summary>
    void Become(UntypedReceive receive);

    /// <summary>Receives with another behavior until <see cref="IActorContext.UnbecomeStacked"/>.</summary>
    void BecomeStacked(UntypedReceive receive);
}

/// <summary>Makes actors without arguments.</summary>
public static class ActorRefFactoryExtensions
{
    /// <summary>Makes an actor with its parameterless constructor.</summary>
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string? name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);
}
