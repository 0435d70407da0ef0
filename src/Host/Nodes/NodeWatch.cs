using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Looks after a node: asks the learner how the run is, and notices when the run is finished, when it cannot go on, or when none of the node's workers is left.
/// </summary>
internal sealed class NodeWatch : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // after which a question is taken to be lost

    private readonly IActorRef _learner;
    private readonly bool _isWorkersOnly;
    private readonly Action<LearnerStatus, bool> _heard;
    private readonly Action<NodeOutcome> _end;
    private readonly HashSet<IActorRef> _workers;
    private DateTime? _asked;

    /// <summary>A watch.</summary>
    /// <param name="learner">Reaches the learner.</param>
    /// <param name="workers">The node's rollout and scorer.</param>
    /// <param name="isWorkersOnly">Whether the node does nothing else.</param>
    /// <param name="heard">Given the learner's status, and whether the learner is on this node.</param>
    /// <param name="end">Told how the node's work has ended.</param>
    public NodeWatch(IActorRef learner, IEnumerable<IActorRef> workers, bool isWorkersOnly, Action<LearnerStatus, bool> heard, Action<NodeOutcome> end)
    {
        (_learner, _isWorkersOnly, _heard, _end, _workers) = (learner, isWorkersOnly, heard, end, [.. workers]);
        Receive<Tick>(_ => Ask());
        Receive<LearnerStatus>(Hear);
        Receive<Terminated>(Lose);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart()
    {
        foreach (var worker in _workers) Context.Watch(worker);
        Timers.StartPeriodicTimer(nameof(Tick), Tick.Instance, TimeSpan.Zero, Poll);
    }

    private void Ask()
    {
        if (_asked is { } asked && DateTime.UtcNow - asked < Patience) return;
        _asked = DateTime.UtcNow;
        _learner.Tell(new LearnerStatusRequest());
    }

    private void Hear(LearnerStatus status)
    {
        _asked = null;
        _heard(status, Sender.Path.Address.HasLocalScope);
        if (status.Phase == LearnerPhase.Finished && status.Acknowledged) _end(new NodeOutcome());
        else if (status.Phase == LearnerPhase.Failed) _end(new NodeOutcome($"training has stopped after {status.Version} of {status.Batches} batches: {status.Reason}"));
    }

    private void Lose(Terminated worker)
    {
        _workers.Remove(worker.ActorRef);
        Context.GetLogger().Warning("{0} has ended", worker.ActorRef.Path.Name);
        if (_isWorkersOnly && _workers.Count == 0) _end(new NodeOutcome($"the node's work has ended ({worker.ActorRef.Path.Name} was the last); its log says why"));
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
