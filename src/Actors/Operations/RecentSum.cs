namespace ActorRlhf.Actors.Operations;

/// <summary>How much there was of something in the last seconds, and how often. May be used from any thread.</summary>
/// <param name="clock">Says when; the system's by default.</param>
/// <param name="seconds">How many seconds are remembered.</param>
public sealed class RecentSum(TimeProvider? clock = null, int seconds = 10)
{
    private const int Amount = 0;
    private const int Times = 1;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly TimeSpan _began = (clock ?? TimeProvider.System).GetElapsedTime(0);
    private readonly RecentBuckets _buckets = new(2, seconds);
    private readonly Lock _lock = new();

    /// <summary>How much there was a second; of the time since the beginning where that is shorter.</summary>
    public double PerSecond
    {
        get
        {
            lock (_lock)
            {
                var now = _clock.GetElapsedTime(0);
                var since = now - (_buckets.Begin(now) > _began ? _buckets.Begin(now) : _began);
                return since > TimeSpan.Zero ? _buckets.Sum(now, Amount) / Math.Max(1, since.TotalSeconds) : 0;
            }
        }
    }

    /// <summary>How much there was at a time, on average; 0 where there was nothing.</summary>
    public double Mean
    {
        get
        {
            lock (_lock)
            {
                var now = _clock.GetElapsedTime(0);
                return _buckets.Sum(now, Times) is > 0 and var times ? _buckets.Sum(now, Amount) / times : 0;
            }
        }
    }

    /// <summary>Adds an amount.</summary>
    /// <param name="amount">How much.</param>
    /// <param name="times">How many it is of, for <see cref="Mean"/>.</param>
    public void Add(double amount, int times = 1)
    {
        lock (_lock)
        {
            var now = _clock.GetElapsedTime(0);
            _buckets.Add(now, Amount, amount);
            _buckets.Add(now, Times, times);
        }
    }
}
