using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Host.Operations;

/// <summary>An actor of a node. At most one of the last four is there: what it says of itself, where it has answered in time.</summary>
public sealed record ActorReport
{
    /// <summary>Its path in its node's actor system, such as <c>/user/rollout</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Its class, such as <c>Rollout</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ActorState State { get; init; }

    /// <summary>Whether it answers. One that should and does not is busy for long, or stuck.</summary>
    public bool IsAnswering { get; init; } = true;

    /// <summary>Messages that wait for it.</summary>
    public required int Mailbox { get; init; }

    /// <summary>Messages it has received since it was first started.</summary>
    public long Messages { get; init; }

    /// <summary>Messages it has received a second, lately.</summary>
    public required double MessagesPerSecond { get; init; }

    /// <summary>How often it was started again after a failure.</summary>
    public required int Restarts { get; init; }

    /// <summary>Its last failure, in a sentence; null where there was none.</summary>
    public string? LastFailure { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? LastFailureAt { get; init; }

    /// <summary>Of a rollout.</summary>
    public RolloutReport? Rollout { get; init; }

    /// <summary>Of a scorer.</summary>
    public ScorerReport? Scorer { get; init; }

    /// <summary>Of an episode shard.</summary>
    public ShardReport? Shard { get; init; }

    /// <summary>Of the learner.</summary>
    public LearnerReport? Learner { get; init; }
}
