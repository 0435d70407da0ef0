namespace ActorRlhf.Host.Operations;

/// <summary>What the learner says of itself.</summary>
public sealed record LearnerReport
{
    /// <summary>What it is doing, in a word.</summary>
    public required string Phase { get; init; }

    /// <summary>What it trains on, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Why it is paused or has failed; empty otherwise.</summary>
    public required string Reason { get; init; }

    /// <summary>Updates that are taken: the newest policy's version.</summary>
    public required long Version { get; init; }

    /// <summary>Updates of the whole run.</summary>
    public required long Batches { get; init; }

    /// <summary>Batches that are formed and journaled.</summary>
    public required long Formed { get; init; }

    /// <summary>Episodes of the next batch that are here.</summary>
    public required int BatchInHand { get; init; }

    /// <summary>Episodes of the next batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Episodes of all coming batches that are here.</summary>
    public required long InHand { get; init; }

    /// <summary>Updates in the last checkpoint.</summary>
    public required long CheckpointVersion { get; init; }

    /// <summary>How long ago that was written, or loaded, in seconds; null before.</summary>
    public double? CheckpointAgeSeconds { get; init; }

    /// <summary>The share of its last half minute that its device was at work.</summary>
    public required double Busy { get; init; }

    /// <summary>Seconds that an update took, lately, on average; 0 where none was taken.</summary>
    public required double SecondsPerStep { get; init; }

    /// <summary>How long it takes to write an event to the journal, in milliseconds, lately, on average; 0 where nothing was written.</summary>
    public required double WriteMs { get; init; }

    /// <summary>Parts of batches refused since the run began: of consumed episodes, of episodes in hand, and not asked for.</summary>
    public required long Consumed { get; init; }

    /// <inheritdoc cref="Consumed"/>
    public required long Duplicate { get; init; }

    /// <inheritdoc cref="Consumed"/>
    public required long Foreign { get; init; }

    /// <summary>Whether every shard has journaled that all is trained.</summary>
    public required bool Acknowledged { get; init; }

    /// <summary>Its last half minute: the share of it spent in each state of <see cref="ActorRlhf.Actors.Learning.LearnerActivity"/>, by its name in snake_case.</summary>
    public IReadOnlyDictionary<string, double> Time { get; init; } = new Dictionary<string, double>();

    /// <summary>What does not add up; empty when all is well.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];
}
