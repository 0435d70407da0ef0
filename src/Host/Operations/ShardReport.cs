namespace ActorRlhf.Host.Operations;

/// <summary>What an episode shard says of itself. Its episodes are unissued, leased, held or trained, each of them one of these.</summary>
public sealed record ShardReport
{
    /// <summary>The shard's number.</summary>
    public required int Shard { get; init; }

    /// <summary>Batches that it knows to be trained.</summary>
    public required long Version { get; init; }

    /// <summary>Its episodes.</summary>
    public required long Episodes { get; init; }

    /// <summary>Those nobody works on yet, or not any more.</summary>
    public required long Unissued { get; init; }

    /// <summary>Those leased to rollouts.</summary>
    public required long Leased { get; init; }

    /// <summary>Those scored and journaled and not trained on.</summary>
    public required long Held { get; init; }

    /// <summary>Those trained on.</summary>
    public required long Trained { get; init; }

    /// <summary>What it has counted since the run began.</summary>
    public required EpisodeCounts Counts { get; init; }

    /// <summary>How long it takes to write an event to the journal, in milliseconds, lately, on average; 0 where nothing was written.</summary>
    public required double WriteMs { get; init; }

    /// <summary>The share of its last half minute in which it waited for the journal.</summary>
    public required double Writing { get; init; }

    /// <summary>What does not add up; empty when all is well.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];
}
