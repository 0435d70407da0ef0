namespace ActorRlhf.Host.Operations;

/// <summary>What a scorer says of itself.</summary>
public sealed record ScorerReport
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it scores on, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Episodes in a full batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Episodes in a batch lately, on average; 0 where there was none.</summary>
    public required double BatchMean { get; init; }

    /// <summary>How long an episode waits here before it is scored, in milliseconds, lately, on average.</summary>
    public required double WaitMs { get; init; }

    /// <summary>Episodes it scores a second, lately.</summary>
    public required double EpisodesPerSecond { get; init; }

    /// <summary>The share of its last half minute that its device was at work.</summary>
    public required double Busy { get; init; }

    /// <summary>Episodes to be scored.</summary>
    public required int Waiting { get; init; }

    /// <summary>Episodes being scored.</summary>
    public required int Scoring { get; init; }

    /// <summary>Episodes reported to their shards and not answered.</summary>
    public required int Unanswered { get; init; }

    /// <summary>Scored since it began.</summary>
    public required long Scored { get; init; }

    /// <summary>Batches since it began.</summary>
    public required long Batches { get; init; }

    /// <summary>Refused by shards for good since it began.</summary>
    public required long Refused { get; init; }

    /// <summary>Not fit to be scored, since it began.</summary>
    public required long Malformed { get; init; }

    /// <summary>Its last half minute: the share of it spent in each state of <see cref="ActorRlhf.Actors.Scoring.ScorerActivity"/>, by its name in snake_case.</summary>
    public IReadOnlyDictionary<string, double> Time { get; init; } = new Dictionary<string, double>();
}
