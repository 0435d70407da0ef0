namespace ActorRlhf.Actors.Operations;

/// <summary>Amounts of the last seconds, by kind, one bucket a second. Not for several threads at a time.</summary>
/// <param name="kinds">How many kinds there are.</param>
/// <param name="seconds">How many seconds are remembered, the one under way among them.</param>
internal sealed class RecentBuckets(int kinds, int seconds)
{
    private readonly double[][] _amounts = [.. Enumerable.Range(0, seconds).Select(_ => new double[kinds])];
    private readonly long[] _second = [.. Enumerable.Repeat(-1L, seconds)];

    /// <summary>The beginning of what is remembered.</summary>
    public TimeSpan Begin(TimeSpan now) => TimeSpan.FromSeconds(Math.Max(0, (long)now.TotalSeconds - seconds + 1));

    /// <summary>Adds an amount.</summary>
    /// <param name="at">When it was; what is too long ago is left out.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="amount">How much.</param>
    public void Add(TimeSpan at, int kind, double amount)
    {
        var second = (long)at.TotalSeconds;
        var slot = (int)(second % seconds);
        if (_second[slot] > second) return;
        if (_second[slot] < second)
        {
            _second[slot] = second;
            Array.Clear(_amounts[slot]);
        }

        _amounts[slot][kind] += amount;
    }

    /// <summary>Adds the seconds from one time to another, each to its bucket.</summary>
    public void AddTime(TimeSpan from, TimeSpan to, int kind)
    {
        for (var at = from > Begin(to) ? from : Begin(to); at < to;)
        {
            var end = TimeSpan.FromSeconds((long)at.TotalSeconds + 1);
            if (end > to) end = to;
            Add(at, kind, (end - at).TotalSeconds);
            at = end;
        }
    }

    /// <summary>The sum of what is remembered of a kind.</summary>
    public double Sum(TimeSpan now, int kind)
    {
        var (sum, first) = (0.0, (long)Begin(now).TotalSeconds);
        for (var slot = 0; slot < seconds; slot++)
        {
            if (_second[slot] >= first) sum += _amounts[slot][kind];
        }

        return sum;
    }
}
