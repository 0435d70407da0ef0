using ActorRlhf.Actors.Episodes;

namespace ActorRlhf.Host.Chaos;

/// <summary>What a run has left behind.</summary>
public sealed record ChaosEvidence
{
    /// <summary>Which episodes there are.</summary>
    public required EpisodePlan Plan { get; init; }

    /// <summary>How many versions older than the policy that learns from it a response may be.</summary>
    public required int MaxPolicyLag { get; init; }

    /// <summary>The learner's journal.</summary>
    public required IReadOnlyList<JournalEntry> Learner { get; init; }

    /// <summary>Each shard's.</summary>
    public required IReadOnlyList<IReadOnlyList<JournalEntry>> Shards { get; init; }

    /// <summary>What processes have generated.</summary>
    public required IReadOnlyList<CompletionFile> Responses { get; init; }
}
