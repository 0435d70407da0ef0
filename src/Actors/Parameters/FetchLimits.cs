namespace ActorRlhf.Actors.Parameters;

/// <summary>When a fetch stops asking a source, and when it gives up.</summary>
public sealed record FetchLimits
{
    /// <summary>Requests under way to one source at a time.</summary>
    public int RequestsPerSource { get; init; } = 2;

    /// <summary>How long a source may send nothing in the middle of a chunk.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A chunk under way longer than this, and than four times the mean, is given to a source that has nothing else to do.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Failures in a row after which a source is not asked again.</summary>
    public int MostFailures { get; init; } = 5;

    /// <summary>How long a source is left alone after its first failure; twice as long after each further one.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a fetch goes on when its publisher is gone and nobody else says that it has what is missing.</summary>
    public TimeSpan Orphaned { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a fetch goes on without a new chunk.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a node waits before it begins a fetch that failed again; twice as long after each further failure, up to sixteen times.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);
}
