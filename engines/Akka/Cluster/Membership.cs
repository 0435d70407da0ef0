using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
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

    private readonly ExtendedActorSystem _system;
    private readonly ClusterSettings _settings;
    private readonly PersistenceExtension _persistence;
    private readonly ILoggingAdapter _log;
    private readonly ConcurrentQueue<(Func<Task> Work, TaskCompletionSource Done)> _asked = new();
    private readonly ConcurrentDictionary<string, Fence?> _held = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Lock _gate = new();
    private readonly List<Action> _onUp = [], _onRemoved = [];
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableHashSet<string> _regions = [];
    private Fence _own;
    private long _steady; // since when its heartbeats have come without a gap
    private volatile bool _joins, _isMember, _stopped;
    private volatile View _view;

    public Membership(ExtendedActorSystem system, ClusterSettings settings, UniqueAddress self)
    {
        _system = system;
        _settings = settings;
        _persistence = Akka.Persistence.Persistence.Instance.Apply(system);
        _log = Logging.GetLogger(system, "Akka.Cluster");
        Owner = Coordination.Owner(self.Address.ToString(), self.Uid);
        _view = new View(Owner, []);
        system.SystemActorOf(Props.Create(() => new Door(this)), "cluster");
        ((RemoteActorRefProvider)system.Provider).Remoting.IsMember = address => _view.Nodes.Any(node => node.Member.Address.Equals(address));
        system.RegisterOnTermination(Stop);
        new Thread(Live) { IsBackground = true, Name = "akka.cluster" }.Start();
    }

    /// <summary>What leases know this process by.</summary>
    public string Owner { get; }

    /// <summary>Everybody who takes part.</summary>
    public View View => _view;

    /// <summary>The members and leases in the database.</summary>
    public Coordination Coordination => _persistence.Coordination;

    /// <summary>Done when this process is a member.</summary>
    public Task Up => _up.Task;

    /// <summary>Done when it is one no more.</summary>
    public Task Removed => _removed.Task;

    /// <summary>Becomes a member, trying until the database answers.</summary>
    public void Join()
    {
        _joins = true;
        _wake.Set();
    }

    /// <summary>Looks at the others now.</summary>
    public void Look() => _wake.Set();

    /// <summary>Moves on, while it is a member.</summary>
    public Task SetStatus(string owner, MemberStatus status) => Do(() => Coordination.SetStatus(owner, status.ToString()));

    /// <summary>Declares a member dead, whatever it says.</summary>
    public Task Down(string owner) => Do(() => Coordination.DeclareDead(owner, TimeSpan.Zero, Owner));

    /// <summary>Says that there is, or is no more, a shard region for a kind of entities here.</summary>
    public Task Announce(string typeName, bool present) => Do(() =>
    {
        _regions = present ? _regions.Add(typeName) : _regions.Remove(typeName);
        return _isMember ? Coordination.SetRoles(Owner, Node.Roles(_settings.Roles, _regions)) : Task.CompletedTask;
    });

    /// <summary>Takes itself out.</summary>
    public Task Leave() => Do(async () =>
    {
        if (_isMember) await Coordination.Leave(Owner).ConfigureAwait(false);
        _joins = false;
    });

    /// <summary>Takes a lease if nobody has it. What actors at or below a path write is then written under it.</summary>
    /// <returns>Whether this process has it now.</returns>
    public async Task<bool> Acquire(string lease, string path)
    {
        var result = await Coordination.Acquire(lease, Owner, LeaseTime).ConfigureAwait(false);
        if (result.Owner != Owner) return false;
        _held[path] = result.Fence;
        return true;
    }

    /// <summary>Gives the lease of a path up; its actors have ended.</summary>
    public async Task Release(string path)
    {
        if (!_held.TryGetValue(path, out var fence) || !_held.TryUpdate(path, null, fence) || fence is not { } known) return;
        try
        {
            await Coordination.Release(known).ConfigureAwait(false);
        }
        catch
        {
            _held[path] = fence; // for another attempt
            throw;
        }
    }

    /// <summary>The lease that was acquired for a path.</summary>
    public Fence FenceOf(string path) => _held.TryGetValue(path, out var fence) && fence is { } known
        ? known
        : throw new LeaseLostException($"{Owner} has no lease for {path}");

    /// <inheritdoc/>
    public Fence LeaseOf(ActorPath actor)
    {
        if (!_isMember) throw new LeaseLostException($"{actor} cannot write: {Owner} is no member of the cluster any more");
        for (var path = actor; path is not RootActorPath; path = path.Parent)
        {
            var name = path.ToStringWithoutAddress();
            if (_held.ContainsKey(name)) return FenceOf(name);
        }

        return _own;
    }

    public void Subscribe(IActorRef subscriber, ClusterEvent.SubscriptionInitialStateMode mode, Type[] to)
    {
        lock (_gate)
        {
            if (mode == ClusterEvent.InitialStateAsSnapshot)
            {
                subscriber.Tell(_view.State, ActorRefs.NoSender);
            }
            else
            {
                foreach (var happened in _view.Since(new View(Owner, []), new HashSet<string>()).Where(happened => Array.Exists(to, type => type.IsInstanceOfType(happened))))
                    subscriber.Tell(happened, ActorRefs.NoSender);
            }

            foreach (var type in to) _system.EventStream.Subscribe(subscriber, type);
        }
    }

    public void OnUp(Action callback) => Register(_onUp, callback, Up);

    public void OnRemoved(Action callback) => Register(_onRemoved, callback, Removed);

    /// <summary>Ends the thread; the row stays.</summary>
    public void Stop()
    {
        _stopped = true;
        _wake.Set();
    }

    private void Register(List<Action> callbacks, Action callback, Task happened)
    {
        lock (_gate)
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
        _asked.Enqueue((work, done));
        _wake.Set();
        return _stopped ? Task.CompletedTask : done.Task;
    }

    private void Live()
    {
        var pause = _settings.HeartbeatInterval;
        while (!_stopped)
        {
            _wake.WaitOne(pause);
            pause = _settings.HeartbeatInterval;
            List<TaskCompletionSource> done = [];
            try
            {
                if (_joins && !_isMember) BecomeMember();
                while (_asked.TryPeek(out var item)) // only this thread takes any out, and none before it is done
                {
                    item.Work().GetAwaiter().GetResult();
                    _asked.TryDequeue(out _);
                    done.Add(item.Done);
                }

                if (_isMember) pause = Beat();
                if (done.Count > 0) TellOthers();
            }
            catch (Exception e)
            {
                if (!_stopped) _log.Warning("The members' table does not answer: {0}", e.Message);
            }

            foreach (var item in done) item.SetResult();
        }

        _isMember = false;
        while (_asked.TryDequeue(out var item)) item.Done.SetResult();
        Finish(_removed, _onRemoved);
    }

    private void BecomeMember()
    {
        _own = Coordination.Join(Owner, Node.Roles(_settings.Roles, _regions), nameof(MemberStatus.Up), LeaseTime).GetAwaiter().GetResult().Fence;
        (_isMember, _steady) = (true, Stopwatch.GetTimestamp());
        _persistence.Leases = this;
        TellOthers();
    }

    // Returns when to look again: at the next heartbeat, or when somebody who stays silent will have been so for too long.
    private TimeSpan Beat()
    {
        var pulse = Coordination.Beat(Owner, LeaseTime).GetAwaiter().GetResult();
        if (!pulse.Alive && _joins)
        {
            BeDead();
            return TimeSpan.Zero;
        }

        // After a gap in its own heartbeats it is not known who else could not reach the database, or whether its clock was set: all get the time to be heard.
        if (pulse.Gap.Duration() >= _settings.DeadAfter / 2) _steady = Stopwatch.GetTimestamp();
        var mayJudge = Stopwatch.GetElapsedTime(_steady) >= _settings.DeadAfter / 2;
        HashSet<string> dead = [.. pulse.Members.Where(row => row.Status == Coordination.Dead).Select(row => row.Owner)];
        foreach (var row in pulse.Members)
        {
            if (row.Owner == Owner || dead.Contains(row.Owner) || row.Silence < _settings.DeadAfter || !mayJudge) continue;
            if (!Coordination.DeclareDead(row.Owner, _settings.DeadAfter, Owner).GetAwaiter().GetResult()) continue;
            dead.Add(row.Owner);
            _log.Warning("{0} was silent for {1} s and is declared dead", row.Owner, row.Silence.TotalSeconds);
        }

        var alive = pulse.Members.Where(row => !dead.Contains(row.Owner)).ToList();
        Show(new View(Owner, [.. alive.Select(row => Node.Of(row, _settings.AcceptableHeartbeatPause))]), dead);
        if (!_joins) Stop();
        else if (_view.Own is { IsUp: false }) CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        return alive.Where(row => row.Owner != Owner)
            .SelectMany(row => new[] { _settings.AcceptableHeartbeatPause - row.Silence, _settings.DeadAfter - row.Silence })
            .Where(left => left > TimeSpan.Zero).Append(_settings.HeartbeatInterval).Min() + TimeSpan.FromMilliseconds(1);
    }

    private void Show(View now, HashSet<string> dead)
    {
        var before = _view;
        var changed = now.Nodes.Count != before.Nodes.Count || !now.Nodes.Zip(before.Nodes).All(pair => pair.First.Owner == pair.Second.Owner && pair.First.SameAs(pair.Second));
        if (!changed) return;
        foreach (var node in before.Nodes.Where(node => dead.Contains(node.Owner) && node.Owner != Owner))
            ((IRemoteActorRefProvider)_system.Provider).Quarantine(node.Member.Address, node.Member.UniqueAddress.Uid);
        lock (_gate)
        {
            _view = now;
            foreach (var happened in now.Since(before, dead))
            {
                _log.Info("{0}", happened);
                _system.EventStream.Publish(happened);
            }
        }

        _system.EventStream.Publish(now);
        if (now.Own is not null) Finish(_up, _onUp);
    }

    private void BeDead()
    {
        _log.Error("{0} was declared dead while it was silent, and stops: others have its shards and singletons, and what it writes is refused", Owner);
        _isMember = false;
        _stopped = true;
        _system.EventStream.Publish(ClusterEvent.ClusterShuttingDown.Instance);
        if (!_settings.RunCoordinatedShutdownWhenDown) return;
        var shutdown = CoordinatedShutdown.Get(_system);
        if (shutdown.ShutdownReason is not null) _system.FinalTerminate();
        shutdown.Run(CoordinatedShutdown.ClusterDowningReason.Instance, CoordinatedShutdown.PhaseClusterShutdown);
    }

    // Others look once a heartbeat anyway; this is so that they need not wait.
    private void TellOthers()
    {
        foreach (var node in _view.Nodes.Where(node => node.Owner != Owner))
            _system.Provider.ResolveActorRef(new RootActorPath(node.Member.Address) / "system" / "cluster").Tell(LookAgain.Instance, ActorRefs.NoSender);
    }

    private void Finish(TaskCompletionSource happened, List<Action> callbacks)
    {
        Action[] now;
        lock (_gate)
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
                _log.Error(e, "A callback of the cluster failed");
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
