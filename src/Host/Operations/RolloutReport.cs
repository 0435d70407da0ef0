namespace ActorRlhf.Host.Operations;

/// <summary>What a rollout says of itself.</summary>
public sealed record RolloutReport
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it generates on, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Sequences that go side by side.</summary>
    public required int Slots { get; init; }

    /// <summary>How many slots had a sequence while it generated, lately, on average.</summary>
    public required double SlotsInUse { get; init; }

    /// <summary>Tokens it draws a second, lately.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Episodes it finishes a second, lately.</summary>
    public required double EpisodesPerSecond { get; init; }

    /// <summary>The policy that it generates with; -1 before the first.</summary>
    public required long PolicyVersion { get; init; }

    /// <summary>How many versions that is behind the newest one it has heard of.</summary>
    public required long Lag { get; init; }

    /// <summary>Episodes leased and not begun.</summary>
    public required int Leased { get; init; }

    /// <summary>Episodes begun and not finished.</summary>
    public required int Generating { get; init; }

    /// <summary>Finished, and no scorer has them.</summary>
    public required int Waiting { get; init; }

    /// <summary>Finished, with a scorer, and not settled.</summary>
    public required int Handed { get; init; }

    /// <summary>Finished since it began.</summary>
    public required long Generated { get; init; }

    /// <summary>Leased since it began but dropped, because they were trained on or the lease was over.</summary>
    public required long Dropped { get; init; }

    /// <summary>The share of its last half minute that its device was at work.</summary>
    public required double Busy { get; init; }

    /// <summary>Its last half minute: the share of it spent in each state of <see cref="ActorRlhf.Actors.Rollouts.RolloutActivity"/>, by its name in snake_case.</summary>
    public IReadOnlyDictionary<string, double> Time { get; init; } = new Dictionary<string, double>();
}
