using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>
/// This process's row among the members: a thread of its own renews it, sees from the others' rows who is there, and declares dead who is silent
/// for too long. A process that finds its own row dead stops its actor system.
/// </summary>
internal sealed class Membership : IWriteLeases
{
    // A lease ends when its owner gives it up or is declared dead, not by itself.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromDays(1);

    private readonly ExtendedActorSystem system;
    private readonly ClusterSettings settings;
    private readonly PersistenceExtension persistence;
    private readonly ILoggingAdapter log;
    private readonly ConcurrentQueue<(Func<Task> Work, TaskCompletionSource Done)> asked = new();
    private readonly ConcurrentDictionary<string, Fence?> held = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly Lock gate = new();
    private readonly List<Action> onUp = [], onRemoved = [];
    private readonly TaskCompletionSource up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableHashSet<string> regions = [];
    private Fence own;
    private volatile bool joins, isMember, stopped;
    private volatile View view;

    public Membership(ExtendedActorSystem system, ClusterSettings settings, UniqueAddress self)
    {
        this.system = system;
        this.settings = settings;
        persistence = Akka.Persistence.Persistence.Instance.Apply(system);
        log = Logging.GetLogger(system, "Akka.Cluster");
        Owner = Coordination.Owner(self.Address.ToString(), self.Uid);
        view = new View(Owner, []);
        system.SystemActorOf(Props.Create(() => new Door(this)), "cluster");
        system.RegisterOnTermination(Stop);
        new Thread(Live) { IsBackground = true, Name = "akka.cluster" }.Start();
    }

    /// <summary>What leases know this process by.</summary>
    public string Owner { get; }

    /// <summary>Everybody who takes part.</summary>
    public View View => view;

    /// <summary>The members and leases in the database.</summary>
    public Coordination Coordination => persistence.Coordination;

    /// <summary>Done when this process is a member.</summary>
    public Task Up => up.Task;

    /// <summary>Done when it is one no more.</summary>
    public Task Removed => removed.Task;

    /// <summary>Becomes a member, trying until the database answers.</summary>
    public void Join()
    {
        joins = true;
        wake.Set();
    }

    /// <summary>Looks at the others now.</summary>
    public void Look() => wake.Set();

    /// <summary>Moves on, while it is a member.</summary>
    public Task SetStatus(string owner, MemberStatus status) => Do(() => Coordination.SetStatus(owner, status.ToString()));

    /// <summary>Declares a member dead, whatever it says.</summary>
    public Task Down(string owner) => Do(() => Coordination.DeclareDead(owner, TimeSpan.Zero, Owner));

    /// <summary>Says that there is, or is no more, a shard region for a kind of entities here.</summary>
    public Task Announce(string typeName, bool present) => Do(() =>
    {
        regions = present ? regions.Add(typeName) : regions.Remove(typeName);
        return isMember ? Coordination.SetRoles(Owner, Node.Roles(settings.Roles, regions)) : Task.CompletedTask;
    });

    /// <summary>Takes itself out.</summary>
    public Task Leave() => Do(async () =>
    {
        if (isMember) await Coordination.Leave(Owner).ConfigureAwait(false);
        joins = false;
    });

    /// <summary>Takes a lease if nobody has it. What actors at or below a path write is then written under it.</summary>
    /// <returns>Whether this process has it now.</returns>
    public async Task<bool> Acquire(string lease, string path)
    {
        var result = await Coordination.Acquire(lease, Owner, LeaseTime).ConfigureAwait(false);
        if (result.Owner != Owner) return false;
        held[path] = result.Fence;
        return true;
    }

    /// <summary>Gives the lease of a path up; its actors have ended.</summary>
    public async Task Release(string path)
    {
        if (!held.TryGetValue(path, out var fence) || !held.TryUpdate(path, null, fence) || fence is not { } known) return;
        try
        {
            await Coordination.Release(known).ConfigureAwait(false);
        }
        catch
        {
            held[path] = fence; // for another attempt
            throw;
        }
    }

    /// <summary>The lease that was acquired for a path.</summary>
    public Fence FenceOf(string path) => held.TryGetValue(path, out var fence) && fence is { } known
        ? known
        : throw new LeaseLostException($"{Owner} has no lease for {path}");

    /// <inheritdoc/>
    public Fence LeaseOf(ActorPath actor)
    {
        if (!isMember) throw new LeaseLostException($"{actor} cannot write: {Owner} is no member of the cluster any more");
        for (var path = actor; path is not RootActorPath; path = path.Parent)
        {
            var name = path.ToStringWithoutAddress();
            if (held.ContainsKey(name)) return FenceOf(name);
        }

        return own;
    }

    public void Subscribe(IActorRef subscriber, ClusterEvent.SubscriptionInitialStateMode mode, Type[] to)
    {
        lock (gate)
        {
            if (mode == ClusterEvent.InitialStateAsSnapshot)
            {
                subscriber.Tell(view.State, ActorRefs.NoSender);
            }
            else
            {
                foreach (var happened in view.Since(new View(Owner, []), new HashSet<string>()).Where(happened => Array.Exists(to, type => type.IsInstanceOfType(happened))))
                    subscriber.Tell(happened, ActorRefs.NoSender);
            }

            foreach (var type in to) system.EventStream.Subscribe(subscriber, type);
        }
    }

    public void OnUp(Action callback) => Register(onUp, callback, Up);

    public void OnRemoved(Action callback) => Register(onRemoved, callback, Removed);

    /// <summary>Ends the thread; the row stays.</summary>
    public void Stop()
    {
        stopped = true;
        wake.Set();
    }

    private void Register(List<Action> callbacks, Action callback, Task happened)
    {
        lock (gate)
        {
            if (!happened.IsCompleted)
            {
                callbacks.Add(callback);
                return;
            }
        }

        callback();
    }

    private Task Do(Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        asked.Enqueue((work, done));
        wake.Set();
        return stopped ? Task.CompletedTask : done.Task;
    }

    private void Live()
    {
        var pause = settings.HeartbeatInterval;
        while (!stopped)
        {
            wake.WaitOne(pause);
            pause = settings.HeartbeatInterval;
            List<TaskCompletionSource> done = [];
            try
            {
                if (joins && !isMember) BecomeMember();
                while (asked.TryPeek(out var item)) // only this thread takes any out, and none before it is done
                {
                    item.Work().GetAwaiter().GetResult();
                    asked.TryDequeue(out _);
                    done.Add(item.Done);
                }

                if (isMember) pause = Beat();
                if (done.Count > 0) TellOthers();
            }
            catch (Exception e)
            {
                if (!stopped) log.Warning("The members' table does not answer: {0}", e.Message);
            }

            foreach (var item in done) item.SetResult();
        }

        isMember = false;
        while (asked.TryDequeue(out var item)) item.Done.SetResult();
        Finish(removed, onRemoved);
    }

    private void BecomeMember()
    {
        own = Coordination.Join(Owner, Node.Roles(settings.Roles, regions), nameof(MemberStatus.Up), LeaseTime).GetAwaiter().GetResult().Fence;
        isMember = true;
        persistence.Leases = this;
        TellOthers();
    }

    // Returns when to look again: at the next heartbeat, or when somebody who stays silent will have been so for too long.
    private TimeSpan Beat()
    {
        var pulse = Coordination.Beat(Owner, LeaseTime).GetAwaiter().GetResult();
        if (!pulse.Alive && joins)
        {
            BeDead();
            return TimeSpan.Zero;
        }

        HashSet<string> dead = [.. pulse.Members.Where(row => row.Status == Coordination.Dead).Select(row => row.Owner)];
        foreach (var row in pulse.Members)
        {
            if (row.Owner == Owner || dead.Contains(row.Owner) || row.Silence < settings.DeadAfter) continue;
            if (!Coordination.DeclareDead(row.Owner, settings.DeadAfter, Owner).GetAwaiter().GetResult()) continue;
            dead.Add(row.Owner);
            log.Warning("{0} was silent for {1} s and is declared dead", row.Owner, row.Silence.TotalSeconds);
        }

        var alive = pulse.Members.Where(row => !dead.Contains(row.Owner)).ToList();
        Show(new View(Owner, [.. alive.Select(row => Node.Of(row, settings.AcceptableHeartbeatPause))]), dead);
        if (!joins) Stop();
        else if (view.Own is { IsUp: false }) CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        return alive.Where(row => row.Owner != Owner)
            .SelectMany(row => new[] { settings.AcceptableHeartbeatPause - row.Silence, settings.DeadAfter - row.Silence })
            .Where(left => left > TimeSpan.Zero).Append(settings.HeartbeatInterval).Min() + TimeSpan.FromMilliseconds(1);
    }

    private void Show(View now, HashSet<string> dead)
    {
        var before = view;
        var changed = now.Nodes.Count != before.Nodes.Count || !now.Nodes.Zip(before.Nodes).All(pair => pair.First.Owner == pair.Second.Owner && pair.First.SameAs(pair.Second));
        if (!changed) return;
        foreach (var node in before.Nodes.Where(node => dead.Contains(node.Owner) && node.Owner != Owner))
            ((IRemoteActorRefProvider)system.Provider).Quarantine(node.Member.Address, node.Member.UniqueAddress.Uid);
        lock (gate)
        {
            view = now;
            foreach (var happened in now.Since(before, dead))
            {
                log.Info("{0}", happened);
                system.EventStream.Publish(happened);
            }
        }

        system.EventStream.Publish(now);
        if (now.Own is not null) Finish(up, onUp);
    }

    private void BeDead()
    {
        log.Error("{0} was declared dead while it was silent, and stops: others have its shards and singletons, and what it writes is refused", Owner);
        isMember = false;
        stopped = true;
        system.EventStream.Publish(ClusterEvent.ClusterShuttingDown.Instance);
        if (!settings.RunCoordinatedShutdownWhenDown) return;
        var shutdown = CoordinatedShutdown.Get(system);
        if (shutdown.ShutdownReason is not null) system.FinalTerminate();
        shutdown.Run(CoordinatedShutdown.ClusterDowningReason.Instance, CoordinatedShutdown.PhaseClusterShutdown);
    }

    // Others look once a heartbeat anyway; this is so that they need not wait.
    private void TellOthers()
    {
        foreach (var node in view.Nodes.Where(node => node.Owner != Owner))
            system.Provider.ResolveActorRef(new RootActorPath(node.Member.Address) / "system" / "cluster").Tell(LookAgain.Instance, ActorRefs.NoSender);
    }

    private void Finish(TaskCompletionSource happened, List<Action> callbacks)
    {
        Action[] now;
        lock (gate)
        {
            if (!happened.TrySetResult()) return;
            now = [.. callbacks];
        }

        foreach (var callback in now)
        {
            try
            {
                callback();
            }
            catch (Exception e)
            {
                log.Error(e, "A callback of the cluster failed");
            }
        }
    }

    /// <summary>Where other members tell this one that something has changed.</summary>
    private sealed class Door(Membership membership) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is LookAgain) membership.Look();
        }
    }
}
