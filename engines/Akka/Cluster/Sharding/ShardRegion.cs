using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Event;
using Akka.Util;

namespace Akka.Cluster.Sharding;

/// <summary>
/// This member's shards of one kind of entities, and the way to all others. Whose a shard is to be is decided by rendezvous hashing: of the members
/// that are up and have a region of the kind, the one with the highest hash of (member, shard). So everybody who knows the members knows the
/// owner, shards are spread evenly, and when one comes or goes only its own shards move. Who is to have a shard must get its lease before the first
/// entity starts; who is to have it no longer stops its entities and gives the lease up. Messages wait at the new owner.
/// </summary>
internal sealed class ShardRegion : UntypedActor, IWithTimers
{
    private readonly string _typeName;
    private readonly ClusterShardingSettings _settings;
    private readonly IMessageExtractor _extractor;
    private readonly Func<string, Props>? _entities;
    private readonly object _stopMessage;
    private readonly Membership _membership = Cluster.Get(Context.System).Membership;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, Slot> _slots = [];
    private readonly Dictionary<string, Node?> _targets = [];
    private readonly TaskCompletionSource _handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _bufferSize;
    private View _view;
    private int _waiting;
    private bool _leaves;

    /// <summary>A region, or with no <paramref name="entities"/> a proxy of one.</summary>
    public ShardRegion(string typeName, ClusterShardingSettings settings, IMessageExtractor extractor, Func<string, Props>? entities, object stopMessage)
    {
        (_typeName, _settings, _extractor, _entities, _stopMessage) = (typeName, settings, extractor, entities, stopMessage);
        _bufferSize = settings.BufferSize;
        _view = _membership.View;
    }

    private enum Phase
    {
        /// <summary>Nobody is known who is to have it.</summary>
        Homeless,

        /// <summary>The database is asked for the lease.</summary>
        Asking,

        /// <summary>Somebody else still has the lease.</summary>
        Busy,

        /// <summary>It is here.</summary>
        Here,

        /// <summary>Its entities are stopping.</summary>
        Stopping,

        /// <summary>The lease is given up.</summary>
        Releasing,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static string NameOf(string typeName) => $"sharding-{Uri.EscapeDataString(typeName)}";

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<View>(Self);
        Timers.StartPeriodicTimer(Retry.Instance, Retry.Instance, _settings.RetryInterval);
        if (_entities is null) return;
        _ = _membership.Announce(_typeName, true);
        var self = Self;
        CoordinatedShutdown.Get(Context.System).AddTask(CoordinatedShutdown.PhaseClusterShardingShutdownRegion, $"hand over {_typeName}", async () =>
        {
            self.Tell(GracefulShutdown.Instance, ActorRefs.NoSender);
            await _handedOver.Task.ConfigureAwait(false);
            return Done.Instance;
        });
        Remember();
    }

    protected override void PostStop() => _handedOver.TrySetResult();

    // A shard that fails has lost what it knew of its entities: it starts anew, under a lease of its own.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case View changed:
                _view = changed;
                _targets.Clear();
                Review();
                Remember();
                break;
            case Retry:
                Review();
                break;
            case Asked asked:
                Answer(asked);
                break;
            case ShardFree free:
                if (_slots.TryGetValue(free.Shard, out var awaited) && awaited.Phase == Phase.Busy) Ask(awaited);
                else if (awaited is null) Remember();
                break;
            case Known known:
                foreach (var shard in known.Shards.Where(shard => !_slots.ContainsKey(shard) && IsMine(shard))) Ask(SlotOf(shard));
                break;
            case RememberLater:
                Timers.StartSingleTimer(RememberLater.Instance, _view, _settings.RetryInterval);
                break;
            case Terminated ended:
                Ended(ended.ActorRef);
                break;
            case Released released:
                Move(_slots[released.Shard]);
                break;
            case NotReleased failed:
                Timers.StartSingleTimer(failed, new ReleaseAgain(failed.Shard), _settings.RetryInterval);
                break;
            case ReleaseAgain again:
                Release(again.Shard);
                break;
            case GracefulShutdown:
                _leaves = true;
                _targets.Clear();
                _ = _membership.Announce(_typeName, false);
                Review();
                NoticeEnd();
                break;
            case GetShardRegionState:
                var here = _slots.Values.Where(slot => slot.Phase == Phase.Here).Select(slot => slot.Actor!.Ask<ShardState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(3)));
                _ = Task.WhenAll(here).PipeTo(Sender, success: states => new CurrentShardRegionState(states.ToImmutableHashSet()));
                break;
            case GetCurrentRegions:
                Sender.Tell(new CurrentRegions(_view.Nodes.Where(Runs).Select(node => node.Member.Address).ToImmutableHashSet()));
                break;
            default:
                Deliver(message, Sender);
                break;
        }
    }

    private void Deliver(object message, IActorRef sender)
    {
        var (id, content) = message is ShardingEnvelope envelope ? (envelope.EntityId, envelope.Message) : (_extractor.EntityId(message), null);
        if (string.IsNullOrEmpty(id))
        {
            Unhandled(message);
            return;
        }

        var shard = _extractor.ShardId(id, message);
        if (!_slots.TryGetValue(shard, out var slot))
        {
            if (!_leaves && Elsewhere(shard) is { } region)
            {
                region.Tell(message, sender);
                return;
            }

            slot = SlotOf(shard);
            if (IsMine(shard)) Ask(slot);
        }

        if (slot.Phase == Phase.Here)
        {
            slot.Actor!.Tell(new ShardingEnvelope(id, content ?? _extractor.EntityMessage(message)!), sender);
        }
        else if (_waiting < _bufferSize)
        {
            _waiting++;
            slot.Waiting.Enqueue((message, sender));
        }
        else
        {
            _log.Warning("{0} messages wait for shards of {1}, as many as akka.cluster.sharding.buffer-size allows; one more is dropped", _waiting, _typeName);
            Context.System.DeadLetters.Tell(new DeadLetter(message, sender, Self), sender);
        }
    }

    // What is where it is not to be any more, and what waits for a place.
    private void Review()
    {
        foreach (var slot in _slots.Values.ToList())
        {
            switch (slot.Phase)
            {
                case Phase.Here when !IsMine(slot.Shard) && (_leaves || Target(slot.Shard) is not null):
                    slot.Phase = Phase.Stopping;
                    slot.Actor!.Tell(HandOff.Instance);
                    break;
                case Phase.Homeless or Phase.Busy:
                    if (IsMine(slot.Shard)) Ask(slot);
                    else if (Target(slot.Shard) is not null) Move(slot);
                    break;
                default:
                    break;
            }
        }
    }

    private void Ask(Slot slot)
    {
        slot.Phase = Phase.Asking;
        var shard = slot.Shard;
        _ = _membership.Acquire(LeaseOf(shard), PathOf(shard)).PipeTo(Self, success: acquired => new Asked(shard, acquired, null), failure: failure => new Asked(shard, false, failure));
    }

    private void Answer(Asked asked)
    {
        var slot = _slots[asked.Shard];
        if (!asked.Acquired)
        {
            if (asked.Failure is { } failure) _log.Warning("The lease {0} cannot be asked for: {1}", LeaseOf(asked.Shard), failure.Message);
            slot.Phase = Phase.Busy;
            NoticeEnd();
            return;
        }

        var (fence, factory, name) = (_membership.FenceOf(PathOf(slot.Shard)), _entities!, Uri.EscapeDataString(slot.Shard));
        slot.Actor = Context.Watch(Context.ActorOf(Props.Create(() => new Shard(slot.Shard, fence, _membership.Coordination, factory, _settings, _stopMessage)), name));
        slot.Phase = Phase.Here;
        foreach (var (message, sender) in Take(slot)) Deliver(message, sender);
        if (!IsMine(slot.Shard)) Review();
    }

    private void Ended(IActorRef shard)
    {
        if (_slots.Values.FirstOrDefault(slot => shard.Equals(slot.Actor)) is not { } slot) return;
        (slot.Actor, slot.Phase) = (null, Phase.Releasing);
        Release(slot.Shard);
    }

    private void Release(string shard) => _ = _membership.Release(PathOf(shard)).PipeTo(Self, success: () => new Released(shard), failure: failure =>
    {
        _log.Warning("The lease {0} cannot be given up: {1}", LeaseOf(shard), failure.Message);
        return new NotReleased(shard);
    });

    // The shard is not here; what waits for it goes to where it is to be.
    private void Move(Slot slot)
    {
        _slots.Remove(slot.Shard);
        var next = Elsewhere(slot.Shard);
        if (_entities is not null) next?.Tell(new ShardFree(slot.Shard), Self);
        foreach (var (message, sender) in Take(slot))
        {
            if (next is not null) next.Tell(message, sender);
            else Deliver(message, sender);
        }

        if (!_leaves) Remember();
        NoticeEnd();
    }

    // Shards with remembered entities start without a message.
    private void Remember()
    {
        if (!_settings.RememberEntities || _entities is null || _leaves || _view.Own is not { IsUp: true }) return;
        var prefix = LeaseOf("");
        _ = _membership.Coordination.Leases(prefix).PipeTo(Self, success: leases => new Known([.. leases.Select(lease => lease.Name[prefix.Length..])]), failure: _ => RememberLater.Instance);
    }

    private void NoticeEnd()
    {
        if (_leaves && _slots.Values.All(slot => slot.Phase is Phase.Homeless or Phase.Busy)) _handedOver.TrySetResult();
    }

    private List<(object Message, IActorRef Sender)> Take(Slot slot)
    {
        List<(object, IActorRef)> all = [.. slot.Waiting];
        slot.Waiting.Clear();
        _waiting -= all.Count;
        return all;
    }

    private Slot SlotOf(string shard) => _slots[shard] = new Slot(shard);

    private bool Runs(Node node) => node.IsUp && node.Regions.Contains(_typeName) && node.HasRole(_settings.Role) && !(_leaves && node.Owner == _membership.Owner);

    private bool IsMine(string shard) => _entities is not null && Target(shard)?.Owner == _membership.Owner;

    private Node? Target(string shard)
    {
        if (_targets.TryGetValue(shard, out var known)) return known;
        return _targets[shard] = _view.Nodes.Where(Runs).MaxBy(node => (Score(node.Owner, shard), node.Owner));
    }

    // Every forwarding goes to a member of a higher score, so no two regions, whatever they know, send a message to and fro.
    private static uint Score(string owner, string shard) => MurmurHash.Mix((uint)MurmurHash.StringHash(owner) ^ unchecked((uint)MurmurHash.StringHash(shard) * 0x9E3779B1));

    // The region that is to have a shard, unless it is this one.
    private IActorRef? Elsewhere(string shard) => Target(shard) is { } node && (_entities is null || node.Owner != _membership.Owner)
        ? ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(new RootActorPath(node.Member.Address) / "system" / NameOf(_typeName))
        : null;

    private string LeaseOf(string shard) => $"shard/{_typeName}/{shard}";

    private string PathOf(string shard) => $"{Self.Path.ToStringWithoutAddress()}/{Uri.EscapeDataString(shard)}";

    private sealed class Retry
    {
        public static readonly Retry Instance = new();
    }

    private sealed class RememberLater
    {
        public static readonly RememberLater Instance = new();
    }

    private sealed record Asked(string Shard, bool Acquired, Exception? Failure);

    private sealed record Known(IReadOnlyList<string> Shards);

    private sealed record Released(string Shard);

    private sealed record NotReleased(string Shard);

    private sealed record ReleaseAgain(string Shard);

    private sealed class Slot(string shard)
    {
        public string Shard { get; } = shard;

        public Phase Phase { get; set; }

        public IActorRef? Actor { get; set; }

        public Queue<(object Message, IActorRef Sender)> Waiting { get; } = new();
    }
}
