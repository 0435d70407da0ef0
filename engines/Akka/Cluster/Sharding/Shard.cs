using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence.Sql;

namespace Akka.Cluster.Sharding;

/// <summary>The region's request to a shard to stop its entities and itself.</summary>
internal sealed class HandOff
{
    public static readonly HandOff Instance = new();
}

/// <summary>The entities of a shard, each started when there is a message for it. The shard's lease is this process's for as long as this actor lives.</summary>
internal sealed class Shard(
    string shardId, Fence fence, Coordination coordination, Func<string, Props> entityProps, ClusterShardingSettings settings, object stopMessage) : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Entity> _entities = [];
    private readonly Dictionary<IActorRef, Entity> _running = [];
    private readonly List<string> _toRemember = [], _toForget = [];
    private string[] _remembering = [], _forgetting = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly int _bufferSize = settings.BufferSize;
    private int _waiting;
    private bool _loaded = !settings.RememberEntities, _writes, _handsOff;

    private enum Tick
    {
        Again,
        Idle,
        TooLate,
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (settings.RememberEntities) Load();
        if (settings.ShouldPassivateIdleEntities) Timers.StartPeriodicTimer(Tick.Idle, Tick.Idle, settings.PassivateIdleEntityAfter / 2);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ShardingEnvelope envelope:
                Deliver(envelope);
                break;
            case Passivate passivate:
                if (_running.TryGetValue(Sender, out var tired)) Stop(tired, passivate.StopMessage);
                break;
            case Terminated ended:
                if (_running.Remove(ended.ActorRef, out var gone)) Ended(gone);
                break;
            case Loaded known:
                _loaded = true;
                foreach (var id in known.Entities.Where(id => !_entities.ContainsKey(id))) _entities[id] = new Entity(id);
                foreach (var entity in _entities.Values.ToList())
                {
                    if (known.Entities.Contains(entity.Id)) Start(entity);
                    else Remember(entity);
                }

                break;
            case Written:
                _writes = false;
                foreach (var id in _remembering) Start(_entities[id]);
                Write();
                break;
            case LeaseLostException lost:
                _log.Warning("{0}", lost.Message);
                Context.Stop(Self);
                break;
            case Status.Failure failure:
                _log.Warning("Remembered entities of {0}: {1}", fence.Lease, failure.Cause.Message);
                Timers.StartSingleTimer(Tick.Again, Tick.Again, Again);
                break;
            case Tick.Again:
                if (_loaded) WriteBatch();
                else Load();
                break;
            case Tick.Idle:
                foreach (var entity in _running.Values.Where(entity => !entity.Stops && Stopwatch.GetElapsedTime(entity.Used) > settings.PassivateIdleEntityAfter).ToList())
                    Stop(entity, stopMessage);
                break;
            case Restart restart:
                if (_entities.TryGetValue(restart.Id, out var stopped) && stopped.Actor is null) Start(stopped);
                break;
            case GetShardRegionState:
                Sender.Tell(new ShardState(shardId, _running.Values.Select(entity => entity.Id).ToImmutableHashSet()));
                break;
            case HandOff:
                HandOver();
                break;
            case Tick.TooLate:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Deliver(ShardingEnvelope envelope)
    {
        if (_handsOff)
        {
            Context.Parent.Forward(envelope);
            return;
        }

        if (!_entities.TryGetValue(envelope.EntityId, out var entity))
        {
            _entities[envelope.EntityId] = entity = new Entity(envelope.EntityId);
            if (!settings.RememberEntities) Start(entity);
            else if (_loaded) Remember(entity);
        }
        else if (entity is { Actor: null, Fell: true })
        {
            Start(entity);
        }

        entity.Used = Stopwatch.GetTimestamp();
        if (entity is { Actor: { } actor, Stops: false })
        {
            actor.Forward(envelope.Message);
        }
        else if (_waiting < _bufferSize)
        {
            _waiting++;
            entity.Waiting.Enqueue((envelope.Message, Sender));
        }
        else
        {
            Context.System.DeadLetters.Tell(new DeadLetter(envelope.Message, Sender, Self), Sender);
        }
    }

    private void Start(Entity entity)
    {
        if (_handsOff) return;
        entity.Actor = Context.Watch(Context.ActorOf(entityProps(entity.Id), Uri.EscapeDataString(entity.Id)));
        (entity.Stops, entity.Fell, entity.Used) = (false, false, Stopwatch.GetTimestamp());
        _running[entity.Actor] = entity;
        for (; entity.Waiting.TryDequeue(out var item); _waiting--) entity.Actor.Tell(item.Message, item.Sender);
    }

    private static void Stop(Entity entity, object message)
    {
        if (entity.Stops) return;
        entity.Stops = true;
        entity.Actor!.Tell(message);
    }

    private void Ended(Entity entity)
    {
        var passivated = entity.Stops;
        (entity.Actor, entity.Stops) = (null, false);
        if (_handsOff)
        {
            if (_running.Count == 0) Context.Stop(Self);
        }
        else if (entity.Waiting.Count > 0)
        {
            Start(entity);
        }
        else if (settings.RememberEntities && !passivated)
        {
            entity.Fell = true;
            Timers.StartSingleTimer(new Restart(entity.Id), new Restart(entity.Id), settings.EntityRestartBackoff);
        }
        else
        {
            _entities.Remove(entity.Id);
            if (!settings.RememberEntities) return;
            _toForget.Add(entity.Id);
            Write();
        }
    }

    private void HandOver()
    {
        _handsOff = true;
        foreach (var entity in _entities.Values)
        {
            for (; entity.Waiting.TryDequeue(out var item); _waiting--) Context.Parent.Tell(new ShardingEnvelope(entity.Id, item.Message), item.Sender);
        }

        foreach (var entity in _running.Values) Stop(entity, stopMessage);
        if (_running.Count == 0) Context.Stop(Self);
        else Timers.StartSingleTimer(Tick.TooLate, Tick.TooLate, settings.HandOffTimeout);
    }

    private void Load() => _ = coordination.Entities(fence.Lease).PipeTo(Self, success: known => new Loaded([.. known]));

    private void Remember(Entity entity)
    {
        _toRemember.Add(entity.Id);
        Write();
    }

    // One write at a time; what comes meanwhile goes with the next.
    private void Write()
    {
        if (_writes || _toRemember.Count + _toForget.Count == 0) return;
        _writes = true;
        (_remembering, _forgetting) = ([.. _toRemember], [.. _toForget]);
        _toRemember.Clear();
        _toForget.Clear();
        WriteBatch();
    }

    private void WriteBatch() => _ = coordination.Remember(fence, _forgetting, _remembering)
        .PipeTo(Self, success: () => Written.Instance, failure: failure => failure as LeaseLostException ?? (object)new Status.Failure(failure));

    private sealed class Entity(string id)
    {
        public string Id { get; } = id;

        public IActorRef? Actor { get; set; }

        /// <summary>Whether it has been asked to stop.</summary>
        public bool Stops { get; set; }

        /// <summary>Whether it stopped unasked.</summary>
        public bool Fell { get; set; }

        public long Used { get; set; }

        public Queue<(object Message, IActorRef Sender)> Waiting { get; } = new();
    }

    private sealed record Loaded(HashSet<string> Entities);

    private sealed class Written
    {
        public static readonly Written Instance = new();
    }

    private sealed record Restart(string Id);
}
