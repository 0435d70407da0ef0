using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Transport;

namespace Akka.Remote;

/// <summary>
/// Which actor here watches which actor of a peer. The peers concerned are sent heartbeats; one that is not heard for
/// <c>heartbeat-interval + acceptable-heartbeat-pause</c> (a deadline, under <c>akka.remote.watch-failure-detector</c>) is declared dead, unless it is a
/// member of this system's cluster: whether a member lives is for the members' table to say. Two verdicts could differ, and one of them would be for ever.
/// </summary>
internal sealed class Watches(Remoting remoting)
{
    private readonly Dictionary<Address, Watched> _nodes = [];
    private long _lastTick = Environment.TickCount64;
    private long _awakeSince;
    private long _nextBeat;

    /// <summary><paramref name="watcher"/>, an actor here, watches <paramref name="watchee"/>, an actor of a peer.</summary>
    public void Add(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        lock (_nodes)
        {
            if (!_nodes.TryGetValue(watchee.Path.Address, out var node))
            {
                node = new Watched(Environment.TickCount64 + Milliseconds(remoting.Settings.ExpectedResponseAfter));
                _nodes.Add(watchee.Path.Address, node);
            }
            node.Pairs.Add((watchee, watcher));
        }
        remoting.To(watchee.Path.Address).Send(new Outbound(FrameKind.Watch, Recipient: watchee, Sender: watcher));
    }

    /// <summary><paramref name="watcher"/> watches no longer; the watchee is told by whoever calls this.</summary>
    public void Remove(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        lock (_nodes)
        {
            if (_nodes.TryGetValue(watchee.Path.Address, out var node) && node.Pairs.Remove((watchee, watcher)) && node.Pairs.Count == 0)
                _nodes.Remove(watchee.Path.Address);
        }
    }

    /// <summary>
    /// Watches again: what was under way when a connection broke may be lost. For an actor that is gone a notification comes back.
    /// </summary>
    public void Repeat(Association peer)
    {
        foreach (var (watchee, watcher) in Of(peer.Address, remove: false))
            peer.Send(new Outbound(FrameKind.Watch, Recipient: watchee, Sender: watcher));
    }

    /// <summary>Tells whoever watches an actor of this address that it is gone.</summary>
    public void Ended(Address address)
    {
        foreach (var (watchee, watcher) in Of(address, remove: true))
            watcher.SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed: false, addressTerminated: true));
    }

    /// <summary>Sends the heartbeats that are due and looks for peers that are silent.</summary>
    public void Tick()
    {
        var now = Environment.TickCount64;
        var interval = Milliseconds(remoting.Settings.HeartbeatInterval);
        var limit = interval + Milliseconds(remoting.Settings.AcceptableHeartbeatPause);
        if (now - _lastTick > interval) // this process stood still; what the others said meanwhile is still to be read
            _awakeSince = now;
        _lastTick = now;

        List<Address> silent = [];
        lock (_nodes)
        {
            foreach (var (address, node) in _nodes)
            {
                var peer = remoting.To(address);
                if (now - Math.Max(Math.Max(peer.LastHeard, node.Since), _awakeSince) > limit && !remoting.IsMember(address))
                    silent.Add(address);
                else if (now >= _nextBeat)
                    peer.Send(new Outbound(FrameKind.Heartbeat));
            }
        }
        if (now >= _nextBeat)
            _nextBeat = now + interval;
        foreach (var address in silent)
            remoting.Quarantine(address, null, $"{address} was not heard for {limit / 1000.0} s");
    }

    private List<(IInternalActorRef Watchee, IInternalActorRef Watcher)> Of(Address address, bool remove)
    {
        lock (_nodes)
        {
            if (!_nodes.TryGetValue(address, out var node))
                return [];
            if (remove)
                _nodes.Remove(address);
            return [.. node.Pairs];
        }
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private sealed class Watched(long since)
    {
        public long Since { get; } = since;

        public HashSet<(IInternalActorRef, IInternalActorRef)> Pairs { get; } = [];
    }
}
