using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Episodes;

/// <summary>Who works on which episodes until when, and which have come back undone. All leases last equally long.</summary>
internal sealed class LeaseBook
{
    private readonly Dictionary<long, Entry> _leased = [];
    private readonly Queue<Entry> _byDeadline = new();
    private readonly SortedSet<long> _back = [];

    /// <summary>Episodes leased out now.</summary>
    public int Count => _leased.Count;

    public IReadOnlyCollection<long> Episodes => _leased.Keys;

    /// <summary>Who works on an episode, and until when; null where nobody does.</summary>
    public (string Holder, TimeSpan Deadline)? Find(long episode) => _leased.TryGetValue(episode, out var entry) ? (entry.Holder, entry.Deadline) : null;

    public long Issued { get; private set; }

    public long Fulfilled { get; private set; }

    public long Expired { get; private set; }

    public long Returned { get; private set; }

    public long Forgotten { get; private set; }

    public void Add(string holder, long first, int count, TimeSpan deadline)
    {
        var entry = new Entry(holder, first, count, deadline);
        for (var episode = first; episode < first + count; episode++) _leased.Add(episode, entry);
        _byDeadline.Enqueue(entry);
        Issued += count;
    }

    /// <summary>Ends the leases whose time is over.</summary>
    public void Expire(TimeSpan now)
    {
        while (_byDeadline.TryPeek(out var entry) && (entry.Deadline <= now || entry.Open == 0))
            Expired += GiveUp(_byDeadline.Dequeue(), entry.First, entry.Count);
    }

    /// <summary>Ends the leases of a holder that is gone, as if their time were over.</summary>
    public void Lose(string holder)
    {
        foreach (var entry in _byDeadline.Where(entry => entry.Holder == holder)) Expired += GiveUp(entry, entry.First, entry.Count);
    }

    /// <summary>Ends a holder's leases of some episodes.</summary>
    public void Return(string holder, long first, int count)
    {
        for (var episode = first; episode < first + count; episode++)
        {
            if (_leased.TryGetValue(episode, out var entry) && entry.Holder == holder) Returned += GiveUp(entry, episode, 1);
        }
    }

    /// <summary>The lowest episode that came back or was passed over, from one on; null where there is none.</summary>
    public long? TakeBack(long from)
    {
        if (_back.Count == 0 || _back.Max < from) return null;
        var episode = _back.Min >= from ? _back.Min : _back.GetViewBetween(from, long.MaxValue).Min;
        _back.Remove(episode);
        return episode;
    }

    /// <summary>An episode is passed over: it is for somebody else.</summary>
    public void PassOver(long episode) => _back.Add(episode);

    /// <summary>An episode has a result.</summary>
    public void Fulfil(long episode)
    {
        if (End(episode)) Fulfilled++;
        else _back.Remove(episode);
    }

    /// <summary>An episode needs no result any more.</summary>
    public void Forget(long episode)
    {
        if (End(episode)) Forgotten++;
        else _back.Remove(episode);
    }

    /// <summary>Counts on from counters of the past; the leases out then are forgotten.</summary>
    public void Restore(ShardCounters counters)
    {
        (Issued, Fulfilled, Expired, Returned) = (counters.Issued, counters.Fulfilled, counters.Expired, counters.Returned);
        Forgotten = Issued - Fulfilled - Expired - Returned;
    }

    private bool End(long episode)
    {
        if (!_leased.Remove(episode, out var entry)) return false;
        entry.Open--;
        return true;
    }

    private int GiveUp(Entry entry, long first, int count)
    {
        var given = 0;
        for (var episode = first; episode < first + count; episode++)
        {
            if (!_leased.TryGetValue(episode, out var current) || current != entry) continue;
            End(episode);
            _back.Add(episode);
            given++;
        }

        return given;
    }

    private sealed class Entry(string holder, long first, int count, TimeSpan deadline)
    {
        public string Holder { get; } = holder;

        public long First { get; } = first;

        public int Count { get; } = count;

        public TimeSpan Deadline { get; } = deadline;

        /// <summary>Episodes of it that are still leased.</summary>
        public int Open { get; set; } = count;
    }
}
