namespace ActorRlhf.Actors.Parameters;

/// <summary>
/// Which chunk of a version a node takes from which source next. Of N nodes that fetch at once each takes another N-th from the publisher first, and everything it can
/// from its peers, which serve a chunk as soon as they have it. So the publisher sends about one copy in all, however many nodes there are. What no peer has
/// after that (of a node that is slow, or gone) is taken from the publisher in an order of each node's own.
/// </summary>
public sealed class FetchPlan
{
    private readonly FetchLimits _limits;
    private readonly ChunkMap _held;
    private readonly int[] _order; // a chunk by its rank: which comes first
    private readonly int[] _rank; // the other way round
    private readonly RankSet _open; // neither here nor under way
    private readonly Dictionary<int, (FetchSource From, TimeSpan Since)> _underWay = [];
    private readonly Dictionary<string, FetchSource> _sources;
    private TimeSpan _chunkTime; // of all chunks together
    private int _received;
    private TimeSpan _progress;

    /// <summary>A fetch of what is missing.</summary>
    /// <param name="held">The chunks that are there already. The plan adds those that come.</param>
    /// <param name="sources">HTTP addresses, the publisher's first; this node's own among them is left out.</param>
    /// <param name="self">Where this node serves, or null.</param>
    /// <param name="limits">When to stop.</param>
    /// <param name="now">The time, on the clock of all other calls.</param>
    public FetchPlan(ChunkMap held, IReadOnlyList<string> sources, string? self, FetchLimits limits, TimeSpan now)
    {
        (_held, _limits, _progress) = (held, limits, now);
        _sources = sources.Distinct().Where(address => address != self)
            .ToDictionary(address => address, address => new FetchSource(address, isPublisher: address == sources[0], held.Chunks));
        _order = Order(held.Chunks, [.. sources.Skip(1).Distinct()], self);
        _rank = new int[held.Chunks];
        _open = new RankSet(held.Chunks);
        for (var rank = 0; rank < _order.Length; rank++)
        {
            _rank[_order[rank]] = rank;
            if (!held[_order[rank]]) _open.Add(rank);
        }
    }

    /// <summary>Whether every chunk is there.</summary>
    public bool IsComplete => _held.IsComplete;

    /// <summary>Everyone who is or was asked.</summary>
    public IReadOnlyCollection<FetchSource> Sources => _sources.Values;

    /// <summary>Why nothing more can come, or null while something can.</summary>
    public string? Hopeless(TimeSpan now)
    {
        if (IsComplete) return null;
        if (_sources.Values.All(source => source.Dropped is not null)) return "no source is left";
        if (now - _progress > _limits.Patience) return FormattableString.Invariant($"nothing came for {_limits.Patience.TotalSeconds:0.#} s");
        return now - _progress > _limits.Orphaned && IsOrphaned(now) ? "the publisher is gone and nobody else has what is missing" : null;
    }

    /// <summary>Whether a source may be asked for anything now.</summary>
    public bool IsUsable(string address, TimeSpan now) => IsUsable(_sources[address], now);

    /// <summary>Takes the next chunk of a source.</summary>
    /// <returns>The chunk, which is under way from now on, or null: the source has nothing that is missing.</returns>
    public int? Next(string address, TimeSpan now)
    {
        var source = _sources[address];
        if (!IsUsable(source, now)) return null;
        var rank = _open.FirstIn(source.Ranks) ?? (source.IsPublisher ? _open.FirstOutside(Offered(now)) : null);
        if (rank is not { } first) return null;
        var chunk = _order[first];
        _open.Remove(first);
        _underWay.Add(chunk, (source, now));
        return chunk;
    }

    /// <summary>A source that has nothing to do could send what another sends too slowly.</summary>
    /// <returns>The chunk whose transfer to stop, with <see cref="Slowed"/> after it, or null.</returns>
    public int? Slow(string idle, TimeSpan now)
    {
        if (!IsUsable(idle, now)) return null;
        var limit = _received == 0 ? _limits.Slow : TimeSpan.FromTicks(Math.Max(_limits.Slow.Ticks, 4 * _chunkTime.Ticks / _received));
        foreach (var (chunk, (from, since)) in _underWay)
        {
            if (from.Address != idle && now - since > limit && (_sources[idle].IsPublisher || _sources[idle].Offers[chunk])) return chunk;
        }

        return null;
    }

    /// <summary>How many chunks a source said that it has.</summary>
    public int Offered(string address) => _sources[address].Offers.Count;

    /// <summary>What a source says that it has.</summary>
    public void Offers(string address, ChunkMap map)
    {
        var source = _sources[address];
        foreach (var chunk in map.Differences(source.Offers))
        {
            if (map[chunk]) source.Ranks.Add(_rank[chunk]);
            else source.Ranks.Remove(_rank[chunk]);
        }

        source.Offers = map;
    }

    /// <summary>A chunk came and its hash is right.</summary>
    public void Received(int chunk, TimeSpan now)
    {
        var source = End(chunk, out var since);
        source.Failures = 0;
        source.Chunks++;
        _chunkTime += now - since;
        _received++;
        _progress = now;
        _held.Add(chunk);
        _open.Remove(_rank[chunk]);
    }

    /// <summary>A source has other bytes than the version's, or none: nothing more is taken from it.</summary>
    public void Refused(int chunk, TimeSpan now, string why) => End(chunk, out _).Drop(now, why);

    /// <summary>A chunk's transfer was stopped for its slowness; its source is left alone for a while.</summary>
    public void Slowed(int chunk, TimeSpan now) => End(chunk, out _).Rest(_limits, now);

    /// <summary>A chunk's transfer broke.</summary>
    public void Failed(int chunk, TimeSpan now, string why) => End(chunk, out _).Fail(_limits, now, why);

    /// <summary>A source has not heard of the version yet.</summary>
    public void NotYet(string address, TimeSpan now) => _sources[address].Rest(_limits, now);

    /// <summary>Asking a source what it has failed.</summary>
    public void Failed(string address, TimeSpan now, string why) => _sources[address].Fail(_limits, now, why);

    // Peers that have nothing for us could only get it from the publisher as well.
    private bool IsOrphaned(TimeSpan now) => _underWay.Count == 0 && _sources.Values.All(source => source.IsPublisher
        ? now - source.DroppedAt > _limits.Orphaned
        : source.Dropped is not null || _open.FirstIn(source.Ranks) is null);

    private List<RankSet> Offered(TimeSpan now) => [.. _sources.Values.Where(source => IsUsable(source, now)).Select(source => source.Ranks)];

    private static bool IsUsable(FetchSource source, TimeSpan now) => source.Dropped is null && source.NotBefore <= now;

    private static int[] Order(int chunks, List<string> peers, string? self)
    {
        var rank = self is null ? -1 : peers.IndexOf(self);
        // Also the order of those who are not on the list is their own, and the same in every process.
        var seed = (int)(System.IO.Hashing.XxHash32.HashToUInt32(System.Text.Encoding.UTF8.GetBytes(self ?? "")) & int.MaxValue);
        var order = Enumerable.Range(0, chunks).ToArray();
        if (rank < 0)
        {
            new Random(seed).Shuffle(order);
            return order;
        }

        var first = (int)((long)chunks * rank / peers.Count);
        var end = (int)((long)chunks * (rank + 1) / peers.Count);
        int[] others = [.. order[..first], .. order[end..]];
        new Random(seed).Shuffle(others);
        return [.. order[first..end], .. others];
    }

    private FetchSource End(int chunk, out TimeSpan since)
    {
        (var source, since) = _underWay[chunk];
        _underWay.Remove(chunk);
        _open.Add(_rank[chunk]);
        return source;
    }
}
