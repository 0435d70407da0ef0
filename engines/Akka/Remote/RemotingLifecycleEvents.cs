using Akka.Actor;
using Akka.Event;

namespace Akka.Remote;

/// <summary>What happens to this system's relations with others, published on the <see cref="EventStream"/>.</summary>
public abstract class RemotingLifecycleEvent
{
    /// <summary>How loud it is.</summary>
    public abstract LogLevel LogLevel();
}

/// <summary>An incarnation of a system is gone, or treated as if it were: this system takes nothing from it and sends it nothing.</summary>
public sealed class QuarantinedEvent(Address address, int uid) : RemotingLifecycleEvent
{
    /// <summary>The system's address.</summary>
    public Address Address { get; } = address;

    /// <summary>Its incarnation.</summary>
    public int Uid { get; } = uid;

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;

    /// <inheritdoc/>
    public override string ToString() => $"{Address} with uid {Uid} is quarantined";
}

/// <summary>Another system has quarantined this one, which only a restart of this one ends.</summary>
public sealed class ThisActorSystemQuarantinedEvent(Address localAddress, Address remoteAddress) : RemotingLifecycleEvent
{
    /// <summary>This system's address.</summary>
    public Address LocalAddress { get; } = localAddress;

    /// <summary>The other's.</summary>
    public Address RemoteAddress { get; } = remoteAddress;

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;

    /// <inheritdoc/>
    public override string ToString() => $"{LocalAddress} was quarantined by {RemoteAddress}";
}
