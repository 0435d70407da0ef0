using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Host.Operations;

/// <summary>Episodes counted since the run began, by a shard or by all of them.</summary>
public sealed record EpisodeCounts
{
    /// <summary>Leased out; an episode counts each time.</summary>
    public long Issued { get; init; }

    /// <summary>Leases that ended with an accepted result.</summary>
    public long Fulfilled { get; init; }

    /// <summary>Leases that ended by their deadline, or by their holder's death.</summary>
    public long Expired { get; init; }

    /// <summary>Leases that were handed back.</summary>
    public long Returned { get; init; }

    /// <summary>Leases that ended with the shard's process, or because the episode was trained on.</summary>
    public long Forgotten { get; init; }

    /// <summary>Results journaled.</summary>
    public long Accepted { get; init; }

    /// <summary>Trained on though no result is in the shard's journal.</summary>
    public long Unaccounted { get; init; }

    /// <summary>Results refused, by the reason in a word; reasons that never occurred are left out.</summary>
    public IReadOnlyDictionary<string, long> RefusedFor { get; init; } = new Dictionary<string, long>();

    /// <summary>Results refused.</summary>
    public long Refused { get; init; }

    /// <summary>What several have counted together.</summary>
    internal static EpisodeCounts Sum(IReadOnlyList<EpisodeCounts> counts) => new()
    {
        Issued = counts.Sum(count => count.Issued),
        Fulfilled = counts.Sum(count => count.Fulfilled),
        Expired = counts.Sum(count => count.Expired),
        Returned = counts.Sum(count => count.Returned),
        Forgotten = counts.Sum(count => count.Forgotten),
        Accepted = counts.Sum(count => count.Accepted),
        Unaccounted = counts.Sum(count => count.Unaccounted),
        Refused = counts.Sum(count => count.Refused),
        RefusedFor = counts.SelectMany(count => count.RefusedFor).GroupBy(refused => refused.Key)
            .ToDictionary(reason => reason.Key, reason => reason.Sum(refused => refused.Value)),
    };

    /// <summary>What a shard has counted.</summary>
    internal static EpisodeCounts Of(ShardCounters counters) => new()
    {
        Issued = counters.Issued,
        Fulfilled = counters.Fulfilled,
        Expired = counters.Expired,
        Returned = counters.Returned,
        Forgotten = counters.Forgotten,
        Accepted = counters.Accepted,
        Unaccounted = counters.Unaccounted,
        Refused = counters.Refused.Sum(),
        RefusedFor = counters.Refused.Select((count, reason) => (Reason: ((RefusalReason)reason).ToString().ToLowerInvariant(), Count: count))
            .Where(refused => refused.Count > 0).ToDictionary(refused => refused.Reason, refused => refused.Count),
    };
}
