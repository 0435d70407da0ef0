namespace ActorRlhf.Actors.Parameters;

/// <summary>Somebody who serves a version, as a node that fetches it sees them.</summary>
public sealed class FetchSource
{
    internal FetchSource(string address, bool isPublisher, int chunks) =>
        (Address, IsPublisher, Offers, Ranks) = (address, isPublisher, new ChunkMap(chunks), new RankSet(chunks));

    /// <summary>The HTTP address.</summary>
    public string Address { get; }

    /// <summary>Whether it published the version, and so has all of it.</summary>
    public bool IsPublisher { get; }

    /// <summary>Chunks that came from there and were right.</summary>
    public int Chunks { get; internal set; }

    /// <summary>Why it is not asked any more, or null while it is.</summary>
    public string? Dropped { get; private set; }

    /// <summary>When it was dropped, or null.</summary>
    internal TimeSpan? DroppedAt { get; private set; }

    /// <summary>Failures since the last good chunk.</summary>
    internal int Failures { get; set; }

    internal TimeSpan NotBefore { get; private set; }

    /// <summary>What it said that it has. A publisher's is empty: it need not be asked.</summary>
    internal ChunkMap Offers { get; set; }

    /// <summary>The same, by rank.</summary>
    internal RankSet Ranks { get; }

    internal void Fail(FetchLimits limits, TimeSpan now, string why)
    {
        if (Dropped is not null) return;
        Rest(limits, now);
        if (Failures >= limits.MostFailures) Drop(now, why);
    }

    internal void Drop(TimeSpan now, string why)
    {
        Dropped ??= why;
        DroppedAt ??= now;
    }

    internal void Rest(FetchLimits limits, TimeSpan now) => NotBefore = now + limits.Backoff * (1 << Math.Min(Failures++, 6));
}
