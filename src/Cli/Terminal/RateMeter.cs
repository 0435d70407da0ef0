namespace ActorRlhf.Cli.Terminal;

/// <summary>How fast something advances, over the last minute, and how long it will still take.</summary>
/// <param name="time">The clock.</param>
public sealed class RateMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Queue<(TimeSpan Time, long Done)> _samples = new();
    private readonly long _start = time.GetTimestamp();
    private (TimeSpan Time, long Done) _last;

    /// <summary>Units a second, or null until two reports tell.</summary>
    public double? Rate
    {
        get
        {
            if (_samples.Count < 2)
                return null;
            var first = _samples.Peek();
            var seconds = (_last.Time - first.Time).TotalSeconds;
            return seconds > 0 && _last.Done > first.Done ? (_last.Done - first.Done) / seconds : null;
        }
    }

    /// <summary>Says how much is done.</summary>
    /// <param name="done">Units in all; the first value may be above zero, where a run is resumed.</param>
    public void Report(long done)
    {
        _last = (time.GetElapsedTime(_start), done);
        _samples.Enqueue(_last);

        // Two samples always stay, so that a step slower than the window still has a rate.
        while (_samples.Count > 2 && _last.Time - _samples.Peek().Time > Window)
            _samples.Dequeue();
    }

    /// <summary>The time left at the present rate, counted from now; null until there is a rate.</summary>
    /// <param name="total">Units in all.</param>
    public TimeSpan? TimeLeft(long total)
    {
        if (Rate is not { } rate)
            return null;
        var left = ((total - _last.Done) / rate) - (time.GetElapsedTime(_start) - _last.Time).TotalSeconds;
        return TimeSpan.FromSeconds(Math.Clamp(left, 0, TimeSpan.FromDays(999).TotalSeconds));
    }
}
