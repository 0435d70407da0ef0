using System.Diagnostics;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Looks after a node: asks the learner how the run is, and notices when the run is finished, when it cannot go on, or when none of the node's workers is left.
/// </summary>
internal sealed class NodeWatch : ObservedActor, IWithTimers
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // after which a question is taken to be lost

    private readonly IActorRef _learner;
    private readonly NodeRoles _roles;
    private readonly NodeDirectory _directory;
    private readonly Action<LearnerStatus, Address> _heard;
    private readonly Action<NodeOutcome> _end;
    private readonly List<(IActorRef Actor, object Stop)> _workers;
    private readonly Address _self = Cluster.Get(Context.System).SelfAddress;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private bool _isDrained;
    private long? _asked;
    private Address? _learnerAt;

    /// <summary>A watch.</summary>
    /// <param name="learner">Reaches the learner.</param>
    /// <param name="workers">The node's rollout and scorer, each with the message that has it finish, in the order in which they have to.</param>
    /// <param name="roles">What the node does.</param>
    /// <param name="directory">Told of members that come and go.</param>
    /// <param name="heard">Given the learner's status, and the member that has the learner.</param>
    /// <param name="end">Told how the node's work has ended.</param>
    public NodeWatch(
        IActorRef learner, IEnumerable<(IActorRef Actor, object Stop)> workers, NodeRoles roles, NodeDirectory directory, Action<LearnerStatus, Address> heard, Action<NodeOutcome> end)
    {
        (_learner, _roles, _directory, _heard, _end, _workers) = (learner, roles, directory, heard, end, [.. workers]);
        Receive<Tick>(_ =>
        {
            _directory.Look(Cluster.Get(Context.System).State);
            Ask();
        });
        Receive<LearnerStatus>(Hear);
        Receive<Terminated>(Lose);
        Receive<DrainWork>(_ =>
        {
            _isDrained = true;
            StopNext();
        });
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        foreach (var (worker, _) in _workers) Context.Watch(worker);
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TimeSpan.Zero, Poll);
    }

    private void Ask()
    {
        if (_asked is { } asked && Stopwatch.GetElapsedTime(asked) < Patience) return;
        _asked = Stopwatch.GetTimestamp();
        _learner.Tell(new LearnerStatusRequest());
    }

    private void Hear(LearnerStatus status)
    {
        _asked = null;
        var at = Sender.Path.Address.HasLocalScope ? _self : Sender.Path.Address;
        if (!at.Equals(_learnerAt)) _log.Info("{0}", Say(at));
        _learnerAt = at;
        _heard(status, at);
        if (status.Phase == LearnerPhase.Finished && status.Acknowledged) _end(new NodeOutcome());
        else if (status.Phase == LearnerPhase.Failed) _end(new NodeOutcome($"training has stopped after {status.Version} of {status.Batches} batches: {status.Reason}"));
    }

    private void Lose(Terminated worker)
    {
        _workers.RemoveAll(each => each.Actor.Equals(worker.ActorRef));
        _log.Warning("{0} has ended", worker.ActorRef.Path.Name);
        if (_isDrained) StopNext();
        else if ((_roles & (NodeRoles.Learner | NodeRoles.Episodes)) == NodeRoles.None && _workers.Count == 0) _end(new NodeOutcome($"the node's work has ended ({worker.ActorRef.Path.Name} was the last); its log says why"));
    }

    // One after the other, in their order: the scorer may be the one that scores what the rollout has.
    private void StopNext()
    {
        if (_workers is [var (worker, stop), ..]) worker.Tell(stop);
    }

    private string Say(Address learner) =>
        learner.Equals(_self) ? "the learner is on this node"
        : _roles.HasFlag(NodeRoles.Learner) ? $"the learner is on the node at {learner}; this one stands by, and takes over when that one is gone"
        : $"the learner is on the node at {learner}";

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
