using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>What a frame's first byte says it is.</summary>
internal enum FrameKind : byte
{
    /// <summary>recipient, sender, serializer id (4 bytes), manifest, payload.</summary>
    Message = 1,

    /// <summary>watchee, watcher.</summary>
    Watch = 2,

    /// <summary>watchee, watcher.</summary>
    Unwatch = 3,

    /// <summary>watcher, watchee, whether it existed, whether its address was declared dead.</summary>
    Terminated = 4,

    /// <summary>recipient.</summary>
    Stop = 5,

    /// <summary>Asks for a <see cref="HeartbeatReply"/>.</summary>
    Heartbeat = 6,

    /// <summary>Any frame proves life; this one is sent where there is nothing else to say.</summary>
    HeartbeatReply = 7,

    /// <summary>The table of names begins anew.</summary>
    NewNames = 8,
}

/// <summary>One thing to send to a peer.</summary>
internal readonly record struct Outbound(
    FrameKind Kind,
    object? Message = null,
    IActorRef? Recipient = null,
    IActorRef? Sender = null,
    bool ExistenceConfirmed = false,
    bool AddressTerminated = false);
