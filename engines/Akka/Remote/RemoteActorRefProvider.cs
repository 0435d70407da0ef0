using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote;

/// <summary>What a provider that knows other processes can do besides.</summary>
public interface IRemoteActorRefProvider : IActorRefProvider
{
    /// <summary>Whether an address is this system's.</summary>
    bool HasAddress(Address address);

    /// <summary>
    /// Has nothing to do with an incarnation of a system any more: whoever watches its actors hears that they are gone, its messages are
    /// not taken, it is sent nothing. Without a uid it is the one known.
    /// </summary>
    void Quarantine(Address address, int? uid);
}

/// <summary>The handles of this process and of others.</summary>
public class RemoteActorRefProvider : LocalActorRefProvider, IRemoteActorRefProvider
{
    private Remoting? _remoting;

    /// <summary>The provider of a system.</summary>
    public RemoteActorRefProvider(string systemName, Settings settings, EventStream eventStream)
        : base(systemName, settings, eventStream)
    {
        settings.InjectTopLevelFallback(ConfigurationFactory.FromResource("Remote/reference.conf"));
    }

    /// <inheritdoc/>
    public override Address DefaultAddress => _remoting?.Self.Address ?? RootPath.Address;

    /// <summary>The system's part of the network, once it is started.</summary>
    internal Remoting Remoting => _remoting ?? throw new InvalidOperationException("the actor system is not started yet");

    /// <inheritdoc/>
    /// <exception cref="RemoteTransportException">The configured address cannot be listened on.</exception>
    public override void Init(ActorSystemImpl system)
    {
        _remoting = new Remoting(system, new RemoteSettings(Settings.Config), AddressUidExtension.Uid(system));
        base.Init(system);
        _remoting.Start();
        system.RegisterOnTermination(_remoting.Stop);
    }

    /// <inheritdoc/>
    public bool HasAddress(Address address) => IsOwn(address);

    /// <inheritdoc/>
    public void Quarantine(Address address, int? uid) => Remoting.Quarantine(address, uid, $"{address} was put in quarantine");

    /// <inheritdoc/>
    public override IActorRef RootGuardianAt(Address address) =>
        IsHere(address) ? base.RootGuardianAt(address) : new RemoteActorRef(Remoting, this, new RootActorPath(address));

    /// <inheritdoc/>
    public override IActorRef ResolveActorRef(ActorPath actorPath) =>
        IsHere(actorPath.Address) ? base.ResolveActorRef(actorPath) : new RemoteActorRef(Remoting, this, actorPath);

    /// <inheritdoc/>
    public override Address? GetExternalAddressFor(Address address) =>
        address.HasLocalScope ? base.GetExternalAddressFor(address) : DefaultAddress;

    private protected override bool IsOwn(Address address) => base.IsOwn(address) || address.Equals(_remoting?.Self.Address);

    private bool IsHere(Address address) => address.HasLocalScope || IsOwn(address);
}
