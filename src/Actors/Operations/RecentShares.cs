namespace ActorRlhf.Actors.Operations;

/// <summary>What the last seconds went into: the share of them spent in each state. May be used from any thread.</summary>
/// <typeparam name="TState">The states, numbered from 0.</typeparam>
/// <param name="first">The state at the beginning.</param>
/// <param name="clock">Says when; the system's by default.</param>
/// <param name="seconds">How many seconds are remembered.</param>
public sealed class RecentShares<TState>(TState first, TimeProvider? clock = null, int seconds = 30)
    where TState : struct, Enum
{
    private static readonly TState[] States = Enum.GetValues<TState>();

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly RecentBuckets _buckets = new(States.Length, seconds);
    private readonly Lock _lock = new();
    private TState _state = first;
    private TimeSpan _since = (clock ?? TimeProvider.System).GetElapsedTime(0);

    /// <summary>The state now.</summary>
    public TState State
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    /// <summary>The share of a state, from 0 to 1; of the time since the beginning where that is shorter.</summary>
    public double this[TState state] => Shares()[Array.IndexOf(States, state)];

    /// <summary>The shares of all states, in the order of their numbers; together 1.</summary>
    public IReadOnlyList<double> Shares()
    {
        lock (_lock)
        {
            var now = Credit();
            double[] sums = [.. Enumerable.Range(0, States.Length).Select(kind => _buckets.Sum(now, kind))];
            var all = sums.Sum();
            if (all <= 0) return [.. States.Select(state => state.Equals(_state) ? 1.0 : 0)];
            for (var kind = 0; kind < sums.Length; kind++) sums[kind] /= all;
            return sums;
        }
    }

    /// <summary>Is in a state from now on.</summary>
    public void Enter(TState state)
    {
        lock (_lock)
        {
            Credit();
            _state = state;
        }
    }

    private TimeSpan Credit()
    {
        var now = _clock.GetElapsedTime(0);
        _buckets.AddTime(_since, now, Array.IndexOf(States, _state));
        _since = now;
        return now;
    }
}
