namespace ActorRlhf.Actors.Rollouts;

/// <summary>
/// Measures how many episodes a rollout would finish with all of its slots in use: slots times steps, divided by the steps that a response takes. The finished ones themselves
/// would mislead: the first come late, and a device whose steps take as long with one sequence as with all would, given little work, seem slow and be given less still.
/// </summary>
internal sealed class SpeedMeter
{
    private const double Weight = 0.1; // of a slice's mean

    private double _places; // slots times steps
    private TimeSpan _elapsed;
    private double? _steps; // of a response

    /// <summary>How long a response takes, lately, with as many beside it as there are; null while no response has ended.</summary>
    public TimeSpan? Latency { get; private set; }

    /// <summary>Forgets what has not been told yet.</summary>
    public void Reset() => (_places, _elapsed) = (0, TimeSpan.Zero);

    /// <summary>Takes a slice in.</summary>
    /// <param name="slice">What was generated.</param>
    /// <param name="least">How long a measurement is at least.</param>
    /// <returns>Episodes and the time they take; null while there is no measurement.</returns>
    public (double Episodes, TimeSpan Elapsed)? Add(GenerationSlice slice, TimeSpan least)
    {
        if (slice.Occupancy == 0) return null;
        _places += slice.Tokens / slice.Occupancy;
        _elapsed += slice.Elapsed;
        if (slice.Finished.Count > 0)
        {
            _steps = _steps is { } before ? before + Weight * (slice.StepsEach - before) : slice.StepsEach;
        }

        if (_steps is { } each) Latency = slice.Elapsed / slice.Steps * each;
        if (_steps is not { } mean || _elapsed < least) return null;
        var measured = (_places / Math.Max(1, mean), _elapsed);
        Reset();
        return measured;
    }
}
