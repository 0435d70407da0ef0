using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;

namespace ActorRlhf.Actors.Episodes;

/// <summary>
/// Which episode is in which batch and on which shard. Batch k is the episodes from k·B up to (k + 1)·B, the last one what is left; policy version k
/// is the policy after k batches. Shards own blocks of 64 consecutive episodes in turn. A part of a batch is what one block has of it.
/// </summary>
public sealed record EpisodePlan
{
    /// <summary>Episodes in a block.</summary>
    public const int Block = 64;

    /// <summary>The run's identity.</summary>
    public required string Run { get; init; }

    /// <summary>Episodes in the run.</summary>
    public required long TotalEpisodes { get; init; }

    /// <summary>Episodes in a batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>How many shards share the episodes.</summary>
    public required int Shards { get; init; }

    /// <summary>A hash of everything else that a result depends on: models, prompts, settings. 0 where nobody says.</summary>
    public ulong Content { get; init; }

    /// <summary>Batches in the run.</summary>
    public long Batches => (TotalEpisodes + BatchSize - 1) / BatchSize;

    /// <summary>What events carry of it.</summary>
    public RunShape Shape => new() { TotalEpisodes = TotalEpisodes, BatchSize = BatchSize, Shards = Shards, Content = Content };

    /// <summary>Says what is wrong with the numbers.</summary>
    /// <exception cref="UserErrorException">One of them is not positive, or the run has no name.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Run)) throw new UserErrorException("the run has no name; give it one");
        if (TotalEpisodes <= 0 || BatchSize <= 0 || Shards <= 0)
            throw new UserErrorException($"run {Run} has {TotalEpisodes} episodes in batches of {BatchSize} on {Shards} shards; each of them must be at least 1");
    }

    /// <summary>Checks that a journal is of this run.</summary>
    /// <exception cref="UserErrorException">It is not.</exception>
    public void Require(RunShape? shape, string journal)
    {
        var isSame = shape is not null && shape.TotalEpisodes == TotalEpisodes && shape.BatchSize == BatchSize && shape.Shards == Shards;
        if (isSame && (shape!.Content == Content || shape.Content == 0 || Content == 0)) return;
        if (isSame)
        {
            throw new UserErrorException(
                $"the journal {journal} was begun with another model, reward model, other texts or other settings; start the node with the run's own, or begin a new run under another "
                + "name (rlhf.cluster.run) or in another database");
        }

        throw new UserErrorException(
            $"the journal {journal} was begun with {shape?.TotalEpisodes} episodes in batches of {shape?.BatchSize} on {shape?.Shards} shards, the configuration says "
            + $"{TotalEpisodes} in batches of {BatchSize} on {Shards}; put the old numbers back or begin a new run");
    }

    /// <summary>An episode's batch.</summary>
    public long BatchOf(long episode) => episode / BatchSize;

    /// <summary>The first episode of a batch, at most the number of episodes.</summary>
    public long FirstOf(long batch) => Math.Min(batch * BatchSize, TotalEpisodes);

    /// <summary>An episode's shard.</summary>
    public int ShardOf(long episode) => (int)(episode / Block % Shards);

    /// <summary>The first of a shard's episodes that is not below an episode; it may be behind the run's last.</summary>
    public long FirstInShard(int shard, long from)
    {
        var block = from / Block;
        var away = (shard - block % Shards + Shards) % Shards;
        return away == 0 ? from : (block + away) * Block;
    }

    /// <summary>How many of a shard's episodes are below an episode.</summary>
    public long CountInShard(int shard, long below)
    {
        below = Math.Min(below, TotalEpisodes);
        var blocks = below / Block;
        var whole = blocks > shard ? (blocks - shard - 1) / Shards + 1 : 0;
        return whole * Block + (blocks % Shards == shard ? below % Block : 0);
    }

    /// <summary>The part that an episode is in.</summary>
    public (long First, int Count) PartOf(long episode)
    {
        var first = Math.Max(episode / Block * Block, FirstOf(BatchOf(episode)));
        var end = Math.Min((episode / Block + 1) * Block, FirstOf(BatchOf(episode) + 1));
        return (first, (int)(end - first));
    }

    /// <summary>The shards that have episodes of some batches, each once.</summary>
    /// <param name="first">The first batch.</param>
    /// <param name="count">How many.</param>
    public IReadOnlyList<int> ShardsOf(long first, long count)
    {
        var (from, end) = (FirstOf(first), FirstOf(first + count));
        if (from >= end) return [];
        var blocks = (int)Math.Min((end - 1) / Block - from / Block + 1, Shards);
        return [.. Enumerable.Range(0, blocks).Select(block => ShardOf(from + (long)block * Block))];
    }

    /// <summary>The parts of a batch, in order.</summary>
    public IEnumerable<(long First, int Count)> PartsOf(long batch)
    {
        for (var at = FirstOf(batch); at < FirstOf(batch + 1);)
        {
            var part = PartOf(at);
            yield return part;
            at = part.First + part.Count;
        }
    }

    /// <summary>A shard's parts of a batch, in order.</summary>
    public IEnumerable<(long First, int Count)> PartsOf(long batch, int shard)
    {
        var end = FirstOf(batch + 1);
        for (var at = FirstInShard(shard, FirstOf(batch)); at < end;)
        {
            var part = PartOf(at);
            yield return part;
            at = FirstInShard(shard, part.First + part.Count);
        }
    }
}
