using ActorRlhf.Actors.Episodes;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>How a rollout goes about it.</summary>
public sealed record RolloutSettings
{
    /// <summary>Which episodes there are.</summary>
    public required EpisodePlan Plan { get; init; }

    /// <summary>As in <see cref="EpisodeSettings.MaxPolicyLag"/>: it asks only those shards that have episodes to be worked on.</summary>
    public required int MaxPolicyLag { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>How much work it asks for.</summary>
    public required LeaseSizing Leases { get; init; }

    /// <summary>The most responses that it keeps, under way or finished and not settled. When they are so many it begins no more.</summary>
    public required int Capacity { get; init; }

    /// <summary>How long a scorer may have a response before another gets it.</summary>
    public required TimeSpan ScoringPatience { get; init; }

    /// <summary>How long it generates before it looks at its messages again: new weights wait that long at most.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>How long it waits for an answer, or for work where there was none, before it asks again.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromMilliseconds(200);
}
