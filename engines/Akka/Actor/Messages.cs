using Akka.Event;

namespace Akka.Actor;

/// <summary>Handled by the engine before the actor sees it, if it does.</summary>
public interface IAutoReceivedMessage;

/// <summary>Not to be taken from strangers.</summary>
public interface IPossiblyHarmful;

/// <summary>Does not count as activity for the receive timeout.</summary>
public interface INotInfluenceReceiveTimeout;

/// <summary>Never leaves the process.</summary>
public interface INoSerializationVerificationNeeded;

/// <summary>Has a message inside.</summary>
public interface IWrappedMessage
{
    /// <summary>The message inside.</summary>
    object Message { get; }
}

/// <summary>Stops the actor that receives it, in its turn.</summary>
public sealed class PoisonPill : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression
{
    private PoisonPill()
    {
    }

    /// <summary>The only instance.</summary>
    public static PoisonPill Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes the actor that receives it fail with <see cref="ActorKilledException"/>.</summary>
public sealed class Kill : IAutoReceivedMessage, IPossiblyHarmful
{
    private Kill()
    {
    }

    /// <summary>The only instance.</summary>
    public static Kill Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "<Kill>";
}

/// <summary>Received when nothing else was for as long as the receive timeout.</summary>
public sealed class ReceiveTimeout : IPossiblyHarmful
{
    private ReceiveTimeout()
    {
    }

    /// <summary>The only instance.</summary>
    public static ReceiveTimeout Instance { get; } = new();
}

/// <summary>A watched actor has ended.</summary>
public sealed class Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated)
    : IAutoReceivedMessage, IPossiblyHarmful, IDeadLetterSuppression, INoSerializationVerificationNeeded, IEquatable<Terminated>
{
    /// <summary>Who.</summary>
    public IActorRef ActorRef => actorRef;

    /// <summary>Whether it is known to have existed.</summary>
    public bool ExistenceConfirmed => existenceConfirmed;

    /// <summary>Whether it was its whole process that went away.</summary>
    public bool AddressTerminated => addressTerminated;

    /// <inheritdoc/>
    public bool Equals(Terminated? other) => other is not null && ActorRef.Equals(other.ActorRef)
        && (ExistenceConfirmed, AddressTerminated) == (other.ExistenceConfirmed, other.AddressTerminated);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Terminated);

    /// <inheritdoc/>
    public override int GetHashCode() => ActorRef.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Answered by every actor with <see cref="ActorIdentity"/>.</summary>
public sealed class Identify(object messageId) : IAutoReceivedMessage, INotInfluenceReceiveTimeout
{
    /// <summary>What the answer will have.</summary>
    public object MessageId => messageId;
}

/// <summary>The answer to <see cref="Identify"/>.</summary>
public sealed class ActorIdentity(object messageId, IActorRef? subject)
{
    /// <summary>What the question had.</summary>
    public object MessageId => messageId;

    /// <summary>The actor; null where there is none.</summary>
    public IActorRef? Subject => subject;
}

/// <summary>How something went.</summary>
public abstract class Status
{
    /// <summary>It went well.</summary>
    public sealed class Success(object? status) : Status
    {
        /// <summary>Success with nothing to say.</summary>
        public static readonly Success Instance = new(null);

        /// <summary>What came of it, or null.</summary>
        public readonly object? Status = status;
    }

    /// <summary>It failed; <see cref="Futures.Ask{T}(ICanTell, object, TimeSpan?)"/> throws the cause.</summary>
    public sealed class Failure(Exception cause, object? state = null) : Status
    {
        /// <summary>Why.</summary>
        public readonly Exception Cause = cause;

        /// <summary>What else there is to say, or null.</summary>
        public readonly object? State = state;

        /// <inheritdoc/>
        public override string ToString() => $"Status.Failure: {Cause}";
    }
}
