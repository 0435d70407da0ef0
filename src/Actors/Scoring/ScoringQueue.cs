using System.Diagnostics.CodeAnalysis;

namespace ActorRlhf.Actors.Scoring;

/// <summary>
/// What waits to be scored. A batch is ready when it is full, or when its oldest item has waited long enough; it has the oldest items, sorted by length, so that
/// those of a length go through the network together.
/// </summary>
/// <typeparam name="T">An item.</typeparam>
/// <param name="batchSize">Items in a full batch.</param>
/// <param name="patience">How long an item waits at most for others.</param>
/// <param name="capacity">The most items that wait.</param>
public sealed class ScoringQueue<T>(int batchSize, TimeSpan patience, int capacity)
{
    private readonly Queue<(T Item, int Length, TimeSpan Since)> _waiting = new();

    /// <summary>Items that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>How many more there is room for.</summary>
    public int Room => capacity - _waiting.Count;

    /// <summary>When the oldest item has waited long enough, on the clock of <see cref="TryAdd"/>; null where nothing waits.</summary>
    public TimeSpan? Due => _waiting.TryPeek(out var oldest) ? oldest.Since + patience : null;

    /// <summary>Adds an item; false when there is no room.</summary>
    /// <param name="item">The item.</param>
    /// <param name="length">Its tokens.</param>
    /// <param name="now">The time on a clock that never jumps.</param>
    public bool TryAdd(T item, int length, TimeSpan now)
    {
        if (Room <= 0) return false;
        _waiting.Enqueue((item, length, now));
        return true;
    }

    /// <summary>Takes a batch, shortest items first; false when none is ready.</summary>
    public bool TryTake(TimeSpan now, [NotNullWhen(true)] out IReadOnlyList<T>? batch)
    {
        batch = null;
        if (_waiting.Count < batchSize && !(Due <= now)) return false;
        var taken = new List<(T Item, int Length, TimeSpan Since)>(Math.Min(batchSize, _waiting.Count));
        while (taken.Count < batchSize && _waiting.TryDequeue(out var next)) taken.Add(next);
        batch = [.. taken.OrderBy(next => next.Length).Select(next => next.Item)];
        return true;
    }
}
