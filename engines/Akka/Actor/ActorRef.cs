using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>What messages can be sent to.</summary>
public interface ICanTell
{
    /// <summary>Sends a message, at most once, in order with what the same sender sent before.</summary>
    void Tell(object message, IActorRef sender);
}

/// <summary>The handle of one incarnation of an actor, here or in another process.</summary>
public interface IActorRef : ICanTell, IEquatable<IActorRef>, IComparable<IActorRef>, IComparable
{
    /// <summary>The actor's path, with its uid.</summary>
    ActorPath Path { get; }
}

/// <summary>Whether a handle's actor is in this process.</summary>
public interface IActorRefScope
{
    /// <summary>Whether the actor is in this process.</summary>
    bool IsLocal { get; }
}

/// <summary>What the engine itself asks of a handle.</summary>
public interface IInternalActorRef : IActorRef, IActorRefScope
{
    /// <summary>The supervisor.</summary>
    IInternalActorRef Parent { get; }

    /// <summary>The provider of the system it belongs to.</summary>
    IActorRefProvider Provider { get; }

    /// <summary>A descendant by the names on the way, or <see cref="ActorRefs.Nobody"/>; <c>..</c> goes up.</summary>
    IActorRef GetChild(IReadOnlyList<string> name);

    /// <summary>Lets a suspended actor go on; with its failure where that was the reason.</summary>
    void Resume(Exception? causedByFailure = null);

    /// <summary>Lets a new actor receive.</summary>
    void Start();

    /// <summary>Stops the actor after the message at hand.</summary>
    void Stop();

    /// <summary>Replaces the actor's instance.</summary>
    void Restart(Exception cause);

    /// <summary>Holds the actor's messages back.</summary>
    void Suspend();

    /// <summary>Sends what is handled before any message.</summary>
    void SendSystemMessage(ISystemMessage message);
}

/// <summary>Tell and Forward from within an actor.</summary>
public static class ActorRefImplicitSenderExtensions
{
    /// <summary>Sends a message from the actor that is running on this thread, or from nobody.</summary>
    public static void Tell(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Self!);

    /// <summary>Passes a message on with the sender that this actor had it from.</summary>
    public static void Forward(this IActorRef receiver, object message) => receiver.Tell(message, ActorCell.Current?.Sender!);
}

/// <summary>Handles that stand for no actor.</summary>
public static class ActorRefs
{
    /// <summary>The handle that swallows everything.</summary>
    public static readonly Nobody Nobody = Nobody.Instance;

    /// <summary>No sender; answers go to dead letters.</summary>
    public static readonly IActorRef NoSender = null!;
}

/// <summary>Equality, order and text of handles: by path and uid.</summary>
public abstract class ActorRefBase : IActorRef
{
    /// <inheritdoc/>
    public abstract ActorPath Path { get; }

    /// <inheritdoc/>
    public void Tell(object message, IActorRef sender) =>
        TellInternal(message ?? throw new InvalidMessageException($"null cannot be sent to {this}; send a value"), sender);

    /// <inheritdoc/>
    public override string ToString() => Path.Uid == 0 ? $"[{Path}]" : $"[{Path.ToSerializationFormat()}]";

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IActorRef);

    /// <inheritdoc/>
    public bool Equals(IActorRef? other) =>
        ReferenceEquals(this, other) || (other is not null && Path.Uid == other.Path.Uid && Path.Equals(other.Path));

    /// <inheritdoc/>
    public override int GetHashCode() => Path.Uid.GetHashCode() ^ Path.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(IActorRef? other)
    {
        if (other is null) return 1;
        var byPath = Path.CompareTo(other.Path);
        return byPath != 0 ? byPath : Path.Uid.CompareTo(other.Path.Uid);
    }

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as IActorRef);

    /// <summary>Sends a message that is not null.</summary>
    protected abstract void TellInternal(object message, IActorRef sender);
}

/// <summary>The base of the engine's handles.</summary>
public abstract class InternalActorRefBase : ActorRefBase, IInternalActorRef
{
    /// <inheritdoc/>
    public abstract IInternalActorRef Parent { get; }

    /// <inheritdoc/>
    public abstract IActorRefProvider Provider { get; }

    /// <inheritdoc/>
    public abstract bool IsLocal { get; }

    /// <inheritdoc/>
    public abstract IActorRef GetChild(IReadOnlyList<string> name);

    /// <inheritdoc/>
    public abstract void Resume(Exception? causedByFailure = null);

    /// <inheritdoc/>
    public abstract void Start();

    /// <inheritdoc/>
    public abstract void Stop();

    /// <inheritdoc/>
    public abstract void Restart(Exception cause);

    /// <inheritdoc/>
    public abstract void Suspend();

    /// <inheritdoc/>
    public abstract void SendSystemMessage(ISystemMessage message);
}

/// <summary>A handle without an actor behind it: everything it is asked has no effect unless overridden.</summary>
public abstract class MinimalActorRef : InternalActorRefBase
{
    /// <inheritdoc/>
    public override IInternalActorRef Parent => ActorRefs.Nobody;

    /// <inheritdoc/>
    public override bool IsLocal => true;

    /// <inheritdoc/>
    public override IActorRef GetChild(IReadOnlyList<string> name) => name.All(string.IsNullOrEmpty) ? this : ActorRefs.Nobody;

    /// <inheritdoc/>
    public override void Resume(Exception? causedByFailure = null)
    {
    }

    /// <inheritdoc/>
    public override void Start()
    {
    }

    /// <inheritdoc/>
    public override void Stop()
    {
    }

    /// <inheritdoc/>
    public override void Restart(Exception cause)
    {
    }

    /// <inheritdoc/>
    public override void Suspend()
    {
    }

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message)
    {
    }

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
    }
}

/// <summary>The handle that swallows everything.</summary>
public sealed class Nobody : MinimalActorRef
{
    /// <summary>The only instance.</summary>
    public static readonly Nobody Instance = new();

    private Nobody()
    {
    }

    /// <inheritdoc/>
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems).Child("Nobody");

    /// <inheritdoc/>
    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody belongs to no system");
}

/// <summary>Questions about handles.</summary>
public static class ActorRefExtensions
{
    /// <summary>Whether a handle is null or <see cref="ActorRefs.Nobody"/>.</summary>
    public static bool IsNobody(this IActorRef? actorRef) => actorRef is null or Nobody;
}
