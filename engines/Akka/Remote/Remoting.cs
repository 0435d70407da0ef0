using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;

namespace Akka.Remote;

/// <summary>This actor system's part of the network: the port it listens on, the ways to its peers, who watches whom among them.</summary>
internal sealed class Remoting
{
    private readonly ExtendedActorSystem _system;
    private readonly ConcurrentDictionary<Address, Association> _peers = new();
    private readonly ConcurrentDictionary<Inbound, byte> _inbound = new();
    private readonly ManualResetEventSlim _stopped = new();
    private readonly Listener _listener;

    /// <exception cref="RemoteTransportException">The configured address cannot be listened on.</exception>
    public Remoting(ExtendedActorSystem system, RemoteSettings settings, int uid)
    {
        _system = system;
        Settings = settings;
        Log = Logging.GetLogger(system, "Akka.Remote");
        Pending = new Deadlines("akka.remote.handshake-timeout", settings.HandshakeTimeout, settings.UnauthenticatedConnections);
        Connecting = new Deadlines("akka.remote.dot-netty.tcp.connection-timeout", settings.ConnectionTimeout, int.MaxValue);
        Watches = new Watches(this);
        _listener = new Listener(settings);
        var port = settings.PublicPort > 0 ? settings.PublicPort : _listener.Port;
        var protocol = settings.Certificate is null ? "akka.tcp" : "akka.ssl.tcp";
        Self = new Incarnation(new Address(protocol, system.Name, settings.PublicHostname, port), uid);
    }

    /// <summary>What the configuration says.</summary>
    public RemoteSettings Settings { get; }

    /// <summary>This system, as its peers know it.</summary>
    public Incarnation Self { get; }

    public ILoggingAdapter Log { get; }

    /// <summary>The system's serializers.</summary>
    public Akka.Serialization.Serialization Serialization => _system.Serialization;

    /// <summary>Who watches whom across the network.</summary>
    public Watches Watches { get; }

    /// <summary>Whether a peer belongs to this system's cluster, which then judges whether it is alive.</summary>
    public Func<Address, bool> IsMember { get; set; } = _ => false;

    /// <summary>Accepted connections whose handshake is not finished.</summary>
    public Deadlines Pending { get; }

    /// <summary>Own connections whose handshake is not finished.</summary>
    public Deadlines Connecting { get; }

    /// <summary>Whether the system goes down.</summary>
    public bool IsStopped => _stopped.IsSet;

    /// <summary>Begins to accept connections.</summary>
    public void Start()
    {
        Log.Info($"Remoting started; listening on address : [{Self.Address}]");
        if (!_listener.IsLoopback && (Settings.Token.Length == 0 || Settings.Certificate is null))
        {
            Log.Warning($"{Self.Address} can be reached from other machines; akka.remote.token and akka.remote.dot-netty.tcp.enable-ssl "
                + "keep out whoever is not of the cluster");
        }
        Run("accepting", () => _listener.Run(Accept, e => Log.Error(e, "A connection could not be accepted")));
        Run("clock", Tick);
    }

    /// <summary>The way to a peer.</summary>
    public Association To(Address address) => _peers.GetOrAdd(address, static (a, remoting) => new Association(remoting, a), this);

    /// <summary>The actor of a path; without an address it is one of this system.</summary>
    /// <exception cref="ProtocolException">It is no path.</exception>
    public IActorRef Resolve(string path) => ActorPath.TryParse(path.StartsWith('/') ? Self.Address + path : path, out var parsed)
        ? _system.Provider.ResolveActorRef(parsed!)
        : throw new ProtocolException($"\"{path}\" is not an actor's path");

    /// <summary>A handshake with a peer is done, on a connection to it or from it.</summary>
    public void Connected(Association peer) => Watches.Repeat(peer);

    /// <summary>Takes back what cannot be sent.</summary>
    public void Drop(in Outbound item)
    {
        if (item is { Kind: FrameKind.Message, Message: { } message, Recipient: { } recipient })
            _system.DeadLetters.Tell(new DeadLetter(message, item.Sender ?? _system.DeadLetters, recipient));
    }

    /// <summary>An attempt to reach a peer has failed.</summary>
    public void Unreachable(Association peer, Exception reason, int dropped, TimeSpan pause)
    {
        Log.Warning($"Cannot reach {peer.Address}: {reason.Message}; {dropped} messages went to dead letters, "
            + $"as will others in the next {pause.TotalSeconds} s");
        if (reason is ProtocolException { IsQuarantine: true })
            _system.EventStream.Publish(new ThisActorSystemQuarantinedEvent(Self.Address, peer.Address));
    }

    /// <summary>
    /// Has nothing to do with an incarnation any more: its connections are closed and refused, and whoever watches its actors hears that they
    /// are gone.
    /// </summary>
    /// <param name="address">Where it is.</param>
    /// <param name="uid">Which it is; null means the one known.</param>
    /// <param name="reason">Why, for the log.</param>
    public void Quarantine(Address address, int? uid, string reason)
    {
        var peer = To(address);
        if ((uid ?? peer.Uid) is { } incarnation)
        {
            if (peer.Quarantine(incarnation))
                Ended(peer, incarnation, reason);
            return;
        }
        Log.Warning(reason);
        Watches.Ended(address);
    }

    /// <summary>An incarnation is gone, or to be treated as if it were.</summary>
    public void Ended(Association peer, int uid, string reason)
    {
        Log.Warning($"{reason}; nothing is sent to, or taken from, its incarnation {uid} any more");
        foreach (var inbound in _inbound.Keys)
        {
            if (inbound.Peer is { } node && node.Uid == uid && node.Address.Equals(peer.Address))
                inbound.Close(reason);
        }
        peer.Disconnect(uid);
        Watches.Ended(peer.Address);
        _system.EventStream.Publish(new QuarantinedEvent(peer.Address, uid));
    }

    /// <summary>Waits, unless the system goes down.</summary>
    public void Pause(TimeSpan time) => _stopped.Wait(time);

    /// <summary>Sends what is queued, for as long as <c>flush-wait-on-shutdown</c> allows, and closes everything.</summary>
    public void Stop()
    {
        if (IsStopped)
            return;
        var time = Stopwatch.StartNew();
        while (time.Elapsed < Settings.FlushWait && !_peers.Values.All(peer => peer.IsIdle))
            Thread.Sleep(5);
        _stopped.Set();
        _listener.Dispose();
        foreach (var peer in _peers.Values)
            peer.Wake();
        foreach (var inbound in _inbound.Keys)
            inbound.Close("");
    }

    private void Accept(Socket socket)
    {
        var connection = new Connection(socket, Settings);
        var inbound = new Inbound(this, connection);
        Pending.Add(connection);
        _inbound.TryAdd(inbound, 0);
        Run("from a peer", () =>
        {
            inbound.Run();
            _inbound.TryRemove(inbound, out _);
        });
    }

    // Its own thread: a pool that the program keeps busy must not look like a dead process.
    private void Tick()
    {
        var period = new[] { Settings.HeartbeatInterval, Settings.ReaperInterval, TimeSpan.FromSeconds(0.5) }.Min();
        while (!_stopped.Wait(period))
        {
            Pending.Sweep();
            Connecting.Sweep();
            foreach (var peer in _peers.Values)
                peer.NoticeEnd();
            Watches.Tick();
        }
    }

    /// <summary>Does something on a thread of its own.</summary>
    public static Thread Run(string what, Action action)
    {
        var thread = new Thread(() => action(), maxStackSize: 512 * 1024) { IsBackground = true, Name = "akka.remote " + what };
        thread.Start();
        return thread;
    }
}
