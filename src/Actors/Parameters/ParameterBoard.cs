using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorRlhf.Actors.Parameters;

/// <summary>
/// Announces versions to the nodes that fetch them. It stands on every node that may be the learner's, and hears of the nodes all the time; the learner on
/// its own node tells it of each version it publishes (<see cref="ParametersAvailable"/> with the publisher's address as its only source). Every announcement
/// names the publisher and the nodes, which take the version from each other. Who does not have the newest version when it says so gets it announced again.
/// </summary>
/// <remarks>Where no learner has published anything on this node, it says nothing.</remarks>
public sealed class ParameterBoard : ObservedActor
{
    /// <summary>The most nodes that are remembered and named to others. Those beyond it hear of a version when they say that they lack it.</summary>
    public const int MostPeers = 256;

    /// <summary>The longest address of a node. With <see cref="MostPeers"/> it bounds an announcement, which has to fit into a remoting frame.</summary>
    public const int LongestAddress = 128;

    /// <summary>How long a node is remembered that says nothing, where nothing else is said.</summary>
    public static readonly TimeSpan DefaultSilence = TimeSpan.FromSeconds(30);

    private readonly string _run;
    private readonly TimeSpan _silence;
    private readonly TimeProvider _clock;
    private readonly SortedDictionary<string, (IActorRef Member, TimeSpan Heard)> _peers = new(StringComparer.Ordinal); // all see them in the same order
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ParametersAvailable? _newest;

    /// <summary>A board.</summary>
    /// <param name="run">The run's identity.</param>
    /// <param name="silence">How long a node is remembered that says nothing: several periods of its <see cref="ParameterMember"/>.</param>
    /// <param name="clock">Times silence.</param>
    public ParameterBoard(string run, TimeSpan silence, TimeProvider clock)
    {
        (_run, _silence, _clock) = (run, silence, clock);
        Receive<ParametersAvailable>(published => IsOfRun(published.Run), Announce);
        Receive<ParameterPeer>(peer => IsOfRun(peer.Run), Hear);
        Receive<Terminated>(terminated => Forget(peer => peer.Member.Equals(terminated.ActorRef)));
    }

    private TimeSpan Now => _clock.GetElapsedTime(0);

    /// <summary>How to make one.</summary>
    /// <param name="run">The run's identity.</param>
    /// <param name="silence">How long a node is remembered that says nothing; <see cref="DefaultSilence"/> where null.</param>
    /// <param name="clock">Times silence; the system's where null.</param>
    public static Props Props(string run, TimeSpan? silence = null, TimeProvider? clock = null)
    {
        var (span, time) = (silence ?? DefaultSilence, clock ?? TimeProvider.System);
        return Akka.Actor.Props.Create(() => new ParameterBoard(run, span, time));
    }

    private bool IsOfRun(string run)
    {
        if (run == _run) return true;
        _log.Warning("{0} works on run {1}; this is run {2}", Sender, run, _run);
        return false;
    }

    // A learner that takes its steps again after a crash comes by versions that are known.
    private void Announce(ParametersAvailable published)
    {
        if (published.Version < _newest?.Version) return;
        _newest = published;
        ForgetTheSilent();
        var announcement = Announcement();
        foreach (var (member, _) in _peers.Values) member.Tell(announcement);
    }

    private void Hear(ParameterPeer peer)
    {
        if (peer.Address.Length > LongestAddress || !Uri.TryCreate(peer.Address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            _log.Warning(
                "{0} says that it serves parameters at \"{1}\", which is no HTTP address of at most {2} characters; it is passed over",
                Sender, peer.Address, LongestAddress);
            return;
        }

        ForgetTheSilent();
        Remember(peer.Address);
        if (_newest is not null && (!peer.HasVersion || peer.Version < _newest.Version)) Sender.Tell(Announcement());
    }

    private void Remember(string address)
    {
        var isKnown = _peers.TryGetValue(address, out var peer);
        if (!isKnown && _peers.Count >= MostPeers) return;
        if (isKnown && !peer.Member.Equals(Sender)) Context.Unwatch(peer.Member); // its node has been started again
        Context.Watch(Sender);
        _peers[address] = (Sender, Now);
    }

    private void ForgetTheSilent() => Forget(peer => Now - peer.Heard > _silence);

    private void Forget(Predicate<(IActorRef Member, TimeSpan Heard)> isGone)
    {
        foreach (var (address, peer) in _peers.Where(entry => isGone(entry.Value)).ToList())
        {
            Context.Unwatch(peer.Member);
            _peers.Remove(address);
        }
    }

    private ParametersAvailable Announcement()
    {
        var announcement = _newest!.Clone();
        announcement.Sources.Add(_peers.Keys.Except(_newest.Sources));
        return announcement;
    }
}
