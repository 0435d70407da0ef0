using System.Diagnostics.CodeAnalysis;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>Episodes that a rollout has leased and not begun, lowest first: the learner waits for those.</summary>
/// <param name="plan">Which batch and shard an episode is in.</param>
public sealed class LeasedWork(EpisodePlan plan)
{
    private readonly SortedDictionary<long, (long MinimumVersion, TimeSpan Deadline)> _episodes = [];

    /// <summary>How many there are.</summary>
    public int Count => _episodes.Count;

    /// <summary>How many were dropped because their lease was over or they had been trained on.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds leased episodes.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="deadline">When it is over.</param>
    public void Add(Lease lease, TimeSpan deadline)
    {
        for (var episode = lease.First; episode < lease.First + lease.Count; episode++) _episodes[episode] = (lease.MinimumVersion, deadline);
    }

    /// <summary>Takes the lowest one that a policy may generate.</summary>
    /// <param name="version">The policy's version.</param>
    /// <param name="now">The time on the clock of the deadlines.</param>
    /// <param name="episode">The episode.</param>
    public bool TryTake(long version, TimeSpan now, [NotNullWhen(true)] out long? episode)
    {
        episode = null;
        while (episode is null && _episodes.Count > 0)
        {
            var (lowest, lease) = _episodes.First();
            if (lease.MinimumVersion > version) return false; // the higher ones need a newer policy still
            _episodes.Remove(lowest);
            if (lease.Deadline > now) episode = lowest;
            else Dropped++;
        }

        return episode is not null;
    }

    /// <summary>Drops what has been trained on meanwhile, with somebody else's result.</summary>
    /// <param name="version">Batches trained.</param>
    public void DropTrained(long version)
    {
        while (_episodes.Count > 0 && _episodes.First().Key is var lowest && plan.BatchOf(lowest) < version)
        {
            _episodes.Remove(lowest);
            Dropped++;
        }
    }

    /// <summary>Takes everything.</summary>
    public IReadOnlyList<long> TakeAll()
    {
        long[] all = [.. _episodes.Keys];
        _episodes.Clear();
        return all;
    }

    /// <summary>What hands episodes back to their shards.</summary>
    public static IEnumerable<LeasesReturned> Return(EpisodePlan plan, string holder, IEnumerable<long> episodes) => episodes.GroupBy(plan.ShardOf)
        .Select(shard => new LeasesReturned
        {
            Run = plan.Run, Shard = shard.Key, Holder = holder, Leases = { shard.Select(episode => new Lease { First = episode, Count = 1 }) },
        });
}
