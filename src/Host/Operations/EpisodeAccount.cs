namespace ActorRlhf.Host.Operations;

/// <summary>What has become of all episodes of a run: <c>GET /api/episodes</c>. The numbers of a shard belong together; different shards were asked one moment apart.</summary>
public sealed record EpisodeAccount
{
    /// <summary>The run's name.</summary>
    public required string Run { get; init; }

    /// <summary>When it was put together.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Episodes of the run.</summary>
    public required long TotalEpisodes { get; init; }

    /// <summary>The shards, by number.</summary>
    public required IReadOnlyList<ShardReport> Shards { get; init; }

    /// <summary>Shards that have not answered. Where there are some, the sums below are not of the whole run.</summary>
    public required IReadOnlyList<int> Missing { get; init; }

    /// <summary>Episodes nobody works on yet, or not any more; summed over the shards, as all that follows.</summary>
    public required long Unissued { get; init; }

    /// <summary>Episodes leased to rollouts.</summary>
    public required long Leased { get; init; }

    /// <summary>Episodes scored and journaled and not trained on.</summary>
    public required long Held { get; init; }

    /// <summary>Episodes trained on.</summary>
    public required long Trained { get; init; }

    /// <summary>What the shards have counted.</summary>
    public required EpisodeCounts Counts { get; init; }

    /// <summary>Of the leased episodes, those that rollouts have finished and no shard has journaled: with them, or with scorers.</summary>
    public required long Generated { get; init; }

    /// <summary>What must hold.</summary>
    public required IReadOnlyList<InvariantCheck> Invariants { get; init; }

    /// <summary>Whether all of it holds, and no shard is missing.</summary>
    public required bool IsSound { get; init; }
}
