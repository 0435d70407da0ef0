using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Transport;

namespace Akka.Remote;

/// <summary>The handle of an actor in another process.</summary>
public sealed class RemoteActorRef : InternalActorRefBase
{
    private readonly Remoting _remoting;
    private readonly Association _peer;
    private readonly int _hash;

    internal RemoteActorRef(Remoting remoting, IActorRefProvider provider, ActorPath path)
    {
        _remoting = remoting;
        _peer = remoting.To(path.Address);
        Provider = provider;
        Path = path;
        _hash = base.GetHashCode();
    }

    /// <inheritdoc/>
    public override ActorPath Path { get; }

    /// <inheritdoc/>
    public override IInternalActorRef Parent => Path.Depth == 0 ? ActorRefs.Nobody : new RemoteActorRef(_remoting, Provider, Path.Parent);

    /// <inheritdoc/>
    public override IActorRefProvider Provider { get; }

    /// <inheritdoc/>
    public override bool IsLocal => false;

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public override IActorRef GetChild(IReadOnlyList<string> name) =>
        new RemoteActorRef(_remoting, Provider, name.Aggregate(Path, (path, element) => element == ".." ? path.Parent : path / element));

    /// <inheritdoc/>
    public override void Start()
    {
    }

    /// <summary>Stops the actor, as its own system would.</summary>
    public override void Stop() => _peer.Send(new Outbound(FrameKind.Stop, Recipient: this));

    /// <summary>Not from here: only its own system supervises an actor.</summary>
    public override void Suspend()
    {
    }

    /// <inheritdoc cref="Suspend"/>
    public override void Resume(Exception? causedByFailure = null)
    {
    }

    /// <inheritdoc cref="Suspend"/>
    public override void Restart(Exception cause)
    {
    }

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Watch watch:
                _remoting.Watches.Add(this, watch.Watcher);
                break;
            case Unwatch unwatch:
                _remoting.Watches.Remove(this, unwatch.Watcher);
                _peer.Send(new Outbound(FrameKind.Unwatch, Recipient: this, Sender: unwatch.Watcher));
                break;
            case DeathWatchNotification ended:
                _peer.Send(new Outbound(FrameKind.Terminated, Recipient: this, Sender: ended.Actor,
                    ExistenceConfirmed: ended.ExistenceConfirmed, AddressTerminated: ended.AddressTerminated));
                break;
            case Terminate:
                Stop();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender) =>
        _peer.Send(new Outbound(FrameKind.Message, message, this, sender));
}
