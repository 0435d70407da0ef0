using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>The handle of an actor of this process.</summary>
public sealed class LocalActorRef : ActorRefWithCell
{
    private readonly ActorPath _path;
    private readonly int _hash;

    internal LocalActorRef(Internal.ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path)
    {
        _path = path;
        _hash = base.GetHashCode();
        Cell = new ActorCell(system, this, props, supervisor);
    }

    /// <inheritdoc/>
    public override ActorPath Path => _path;

    /// <inheritdoc/>
    public override IInternalActorRef Parent => Cell.Parent;

    /// <inheritdoc/>
    public override IActorRefProvider Provider => Cell.SystemImpl.Provider;

    /// <inheritdoc/>
    public override bool IsLocal => true;

    /// <inheritdoc/>
    public override ICell Underlying => Cell;

    /// <inheritdoc/>
    public override IEnumerable<IActorRef> Children => Cell.GetChildren();

    internal ActorCell Cell { get; }

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        IInternalActorRef at = this;
        for (var i = 0; i < name.Count; i++)
        {
            if (name[i].Length == 0) continue;
            if (at is not LocalActorRef local) return at.GetChild([.. name.Skip(i)]);
            at = name[i] == ".." ? local.Parent : local.GetSingleChild(name[i]);
        }

        return at;
    }

    /// <summary>A child by its name, which may end in <c>#uid</c>, or <see cref="ActorRefs.Nobody"/>.</summary>
    public override IInternalActorRef GetSingleChild(string name)
    {
        var fragment = name.IndexOf('#');
        var child = Cell.FindChild(fragment < 0 ? name : name[..fragment]);
        if (child is null)
            return _path is RootActorPath ? Cell.SystemImpl.Provider.ExtraChild(name) ?? ActorRefs.Nobody : ActorRefs.Nobody;
        return fragment < 0 || name.AsSpan(fragment + 1).SequenceEqual(child.Path.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture))
            ? child
            : ActorRefs.Nobody;
    }

    /// <inheritdoc/>
    public override void Start() => Cell.Start();

    /// <inheritdoc/>
    public override void Stop() => SendSystemMessage(new Terminate());

    /// <inheritdoc/>
    public override void Suspend() => SendSystemMessage(new Suspend());

    /// <inheritdoc/>
    public override void Resume(Exception? causedByFailure = null) => SendSystemMessage(new Resume(causedByFailure));

    /// <inheritdoc/>
    public override void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message) => Cell.Mailbox.EnqueueSystem((SystemMessage)message);

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender) => Cell.Mailbox.Enqueue(message, sender);
}
