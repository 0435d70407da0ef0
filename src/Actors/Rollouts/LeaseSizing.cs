namespace ActorRlhf.Actors.Rollouts;

/// <summary>
/// How many episodes a rollout asks for: as many as it finishes in a lead time at its own measured speed, less those it has. Nothing about the
/// machine is assumed, so the first request is small.
/// </summary>
public sealed record LeaseSizing
{
    /// <summary>How far ahead work is fetched.</summary>
    public required TimeSpan Lead { get; init; }

    /// <summary>The first request.</summary>
    public required int First { get; init; }

    /// <summary>The most episodes that a rollout has at a time.</summary>
    public required int Most { get; init; }

    /// <summary>Over what time the speed is averaged: a measurement that old counts 1/e.</summary>
    public TimeSpan Memory { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Measured episodes per second; null before the first measurement.</summary>
    public double? Speed { get; private init; }

    /// <summary>
    /// The sizing after a measurement: an exponentially weighted mean in which a measurement weighs 1 − exp(−seconds/<see cref="Memory"/>), so that it does
    /// not matter into how many measurements a time is cut.
    /// </summary>
    /// <param name="episodes">Episodes finished, with all slots in use.</param>
    /// <param name="elapsed">In what time; the rollout had work all the while.</param>
    public LeaseSizing Measured(double episodes, TimeSpan elapsed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(episodes);
        if (elapsed <= TimeSpan.Zero) return this;
        var speed = episodes / elapsed.TotalSeconds;
        return this with { Speed = Speed is { } before ? before + (speed - before) * -double.ExpM1(-elapsed / Memory) : speed };
    }

    /// <summary>How many episodes to ask for; 0 when there are enough.</summary>
    /// <param name="outstanding">Episodes that it has and has not finished.</param>
    public int Ask(int outstanding)
    {
        var wanted = Speed is { } speed ? Math.Ceiling(speed * Lead.TotalSeconds) : First;
        return Math.Max(0, (int)Math.Clamp(wanted, 1, Most) - outstanding);
    }
}
