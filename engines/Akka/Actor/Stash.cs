using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Puts messages aside to be received later, in the order in which they came.</summary>
public interface IStash
{
    /// <summary>How many messages are aside.</summary>
    int Count { get; }

    /// <summary>Whether none is.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether one is.</summary>
    bool NonEmpty { get; }

    /// <summary>Whether no more may be.</summary>
    bool IsFull { get; }

    /// <summary>How many may be; -1 for any number.</summary>
    int Capacity { get; }

    /// <summary>Puts the message at hand aside.</summary>
    /// <exception cref="IllegalActorStateException">It is aside already.</exception>
    void Stash();

    /// <summary>Receives the oldest one next.</summary>
    void Unstash();

    /// <summary>Receives all next, the oldest first.</summary>
    void UnstashAll();

    /// <summary>Receives those next for which the predicate holds, and forgets the others.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Forgets all and gives them back.</summary>
    IEnumerable<Envelope> ClearStash();

    /// <summary>Puts messages aside before all others.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);
}

/// <summary>An actor that the engine gives a stash.</summary>
public interface IActorStash
{
    /// <summary>Set by the engine after the constructor.</summary>
    IStash Stash { get; set; }
}

/// <summary>An actor with a stash that has no bound.</summary>
public interface IWithUnrestrictedStash : IActorStash;

/// <inheritdoc cref="IWithUnrestrictedStash"/>
public interface IWithUnboundedStash : IWithUnrestrictedStash;

/// <inheritdoc cref="IWithUnrestrictedStash"/>
public interface IWithStash : IWithUnrestrictedStash;

/// <summary>Makes further stashes for an actor, such as the one in which a persistent actor keeps commands while it recovers.</summary>
public static class StashFactory
{
    /// <summary>A stash of the actor whose context it is.</summary>
    public static IStash CreateStash(this IActorContext context, IActorStash actorInstance) => new Internal.MailboxStash((ActorCell)context);
}
