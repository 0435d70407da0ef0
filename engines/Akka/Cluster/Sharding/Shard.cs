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

    private readonly Dictionary<string, Entity> entities = [];
    private readonly Dictionary<IActorRef, Entity> running = [];
    private readonly List<string> toRemember = [], toForget = [];
    private string[] remembering = [], forgetting = [];
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly int bufferSize = settings.BufferSize;
    private int waiting;
    private bool loaded = !settings.RememberEntities, writes, handsOff;

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
                if (running.TryGetValue(Sender, out var tired)) Stop(tired, passivate.StopMessage);
                break;
            case Terminated ended:
                if (running.Remove(ended.ActorRef, out var gone)) Ended(gone);
                break;
            case Loaded known:
                loaded = true;
                foreach (var id in known.Entities.Where(id => !entities.ContainsKey(id))) entities[id] = new Entity(id);
                foreach (var entity in entities.Values.ToList())
                {
                    if (known.Entities.Contains(entity.Id)) Start(entity);
                    else Remember(entity);
                }

                break;
            case Written:
                writes = false;
                foreach (var id in remembering) Start(entities[id]);
                Write();
                break;
            case LeaseLostException lost:
                log.Warning("{0}", lost.Message);
                Context.Stop(Self);
                break;
            case Status.Failure failure:
                log.Warning("Remembered entities of {0}: {1}", fence.Lease, failure.Cause.Message);
                Timers.StartSingleTimer(Tick.Again, Tick.Again, Again);
                break;
            case Tick.Again:
                if (loaded) WriteBatch();
                else Load();
                break;
            case Tick.Idle:
                foreach (var entity in running.Values.Where(entity => !entity.Stops && Stopwatch.GetElapsedTime(entity.Used) > settings.PassivateIdleEntityAfter).ToList())
                    Stop(entity, stopMessage);
                break;
            case Restart restart:
                if (entities.TryGetValue(restart.Id, out var stopped) && stopped.Actor is null) Start(stopped);
                break;
            case GetShardRegionState:
                Sender.Tell(new ShardState(shardId, running.Values.Select(entity => entity.Id).ToImmutableHashSet()));
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
        if (handsOff)
        {
            Context.Parent.Forward(envelope);
            return;
        }

        if (!entities.TryGetValue(envelope.EntityId, out var entity))
        {
            entities[envelope.EntityId] = entity = new Entity(envelope.EntityId);
            if (!settings.RememberEntities) Start(entity);
            else if (loaded) Remember(entity);
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
        else if (waiting < bufferSize)
        {
            waiting++;
            entity.Waiting.Enqueue((envelope.Message, Sender));
        }
        else
        {
            Context.System.DeadLetters.Tell(new DeadLetter(envelope.Message, Sender, Self), Sender);
        }
    }

    private void Start(Entity entity)
    {
        if (handsOff) return;
        entity.Actor = Context.Watch(Context.ActorOf(entityProps(entity.Id), Uri.EscapeDataString(entity.Id)));
        (entity.Stops, entity.Fell, entity.Used) = (false, false, Stopwatch.GetTimestamp());
        running[entity.Actor] = entity;
        for (; entity.Waiting.TryDequeue(out var item); waiting--) entity.Actor.Tell(item.Message, item.Sender);
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
        if (handsOff)
        {
            if (running.Count == 0) Context.Stop(Self);
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
            entities.Remove(entity.Id);
            if (!settings.RememberEntities) return;
            toForget.Add(entity.Id);
            Write();
        }
    }

    private void HandOver()
    {
        handsOff = true;
        foreach (var entity in entities.Values)
        {
            for (; entity.Waiting.TryDequeue(out var item); waiting--) Context.Parent.Tell(new ShardingEnvelope(entity.Id, item.Message), item.Sender);
        }

        foreach (var entity in running.Values) Stop(entity, stopMessage);
        if (running.Count == 0) Context.Stop(Self);
        else Timers.StartSingleTimer(Tick.TooLate, Tick.TooLate, settings.HandOffTimeout);
    }

    private void Load() => _ = coordination.Entities(fence.Lease).PipeTo(Self, success: known => new Loaded([.. known]));

    private void Remember(Entity entity)
    {
        toRemember.Add(entity.Id);
        Write();
    }

    // One write at a time; what comes meanwhile goes with the next.
    private void Write()
    {
        if (writes || toRemember.Count + toForget.Count == 0) return;
        writes = true;
        (remembering, forgetting) = ([.. toRemember], [.. toForget]);
        toRemember.Clear();
        toForget.Clear();
        WriteBatch();
    }

    private void WriteBatch() => _ = coordination.Remember(fence, forgetting, remembering)
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
