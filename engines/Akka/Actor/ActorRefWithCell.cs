namespace Akka.Actor;

/// <summary>What is behind the handle of an actor of this process. For those who look in from outside; a number may have changed before it is read.</summary>
public interface ICell
{
    /// <summary>The actor's handle.</summary>
    IActorRef Self { get; }

    /// <summary>The system it is in.</summary>
    ActorSystem System { get; }

    /// <summary>How it was made.</summary>
    Props Props { get; }

    /// <summary>Whether messages wait to be received.</summary>
    bool HasMessages { get; }

    /// <summary>How many messages wait to be received; counting takes as long as there are many.</summary>
    int NumberOfMessages { get; }

    /// <summary>Whether the actor has ended.</summary>
    bool IsTerminated { get; }
}

/// <summary>A handle whose actor is in this process.</summary>
public abstract class ActorRefWithCell : InternalActorRefBase
{
    /// <summary>What is behind it.</summary>
    public abstract ICell Underlying { get; }

    /// <summary>The actor's children.</summary>
    public abstract IEnumerable<IActorRef> Children { get; }

    /// <summary>A child by its name, or <see cref="ActorRefs.Nobody"/>.</summary>
    public abstract IInternalActorRef GetSingleChild(string name);
}
