using ActorRlhf.Actors.Episodes;

namespace ActorRlhf.Actors.Scoring;

/// <summary>How a scorer goes about it.</summary>
public sealed record RewardScorerSettings
{
    /// <summary>Which episodes there are.</summary>
    public required EpisodePlan Plan { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Episodes in a full batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>How long an episode waits for others at most before its batch is scored.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>The most episodes that it has asked for, or has without a shard's final answer. Two batches or more keep it busy.</summary>
    public required int Capacity { get; init; }

    /// <summary>Tokens in the vocabulary; a response with another one is not scored.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The longest response; a longer one is not scored.</summary>
    public required int MaxResponseTokens { get; init; }

    /// <summary>How long it waits for an answer before it asks or reports again; reports back off from there.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);
}
