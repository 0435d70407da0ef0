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
    private readonly int[] _order;
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
        return now - _progress > _limits.Patience
            ? FormattableString.Invariant($"nothing came for {_limits.Patience.TotalSeconds:0.#} s")
            : null;
    }

    /// <summary>Whether a source may be asked for anything now.</summary>
    public bool IsUsable(string address, TimeSpan now) => _sources[address] is { Dropped: null } source && source.NotBefore <= now;

    /// <summary>Takes the next chunk of a source.</summary>
    /// <returns>The chunk, which is under way from now on, or null: the source has nothing that is missing.</returns>
    public int? Next(string address, TimeSpan now)
    {
        if (!IsUsable(address, now)) return null;
        var source = _sources[address];
        var chunk = First(chunk => source.Offers[chunk]) ?? (source.IsPublisher ? First(chunk => !IsOffered(chunk, now)) : null);
        if (chunk is { } taken) _underWay.Add(taken, (source, now));
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
    public void Offers(string address, ChunkMap map) => _sources[address].Offers = map;

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
    }

    /// <summary>A chunk came and is wrong: nothing more is taken from who sent it.</summary>
    public void Refused(int chunk) => End(chunk, out _).Dropped = $"sent a wrong chunk {chunk}";

    /// <summary>A chunk's transfer was stopped for its slowness; its source is left alone for a while.</summary>
    public void Slowed(int chunk, TimeSpan now) => End(chunk, out _).Rest(_limits, now);

    /// <summary>A chunk's transfer broke.</summary>
    public void Failed(int chunk, TimeSpan now, string why) => End(chunk, out _).Fail(_limits, now, why);

    /// <summary>A source has not heard of the version yet.</summary>
    public void NotYet(string address, TimeSpan now) => _sources[address].Rest(_limits, now);

    /// <summary>Asking a source what it has failed.</summary>
    public void Failed(string address, TimeSpan now, string why) => _sources[address].Fail(_limits, now, why);

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

    private int? First(Func<int, bool> isWanted)
    {
        foreach (var chunk in _order)
        {
            if (!_held[chunk] && !_underWay.ContainsKey(chunk) && isWanted(chunk)) return chunk;
        }

        return null;
    }

    private bool IsOffered(int chunk, TimeSpan now) => _sources.Values.Any(source => source.Offers[chunk] && IsUsable(source.Address, now));

    private FetchSource End(int chunk, out TimeSpan since)
    {
        (var source, since) = _underWay[chunk];
        _underWay.Remove(chunk);
        return source;
    }
}
