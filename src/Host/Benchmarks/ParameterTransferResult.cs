namespace ActorRlhf.Host.Benchmarks;

/// <summary>What a transfer of parameters to several processes took, beside plain TCP copies of the same bytes.</summary>
public sealed record ParameterTransferResult
{
    /// <summary>Bytes of a version, in megabytes (10⁶).</summary>
    public required double Megabytes { get; init; }

    /// <summary>Processes that fetched it.</summary>
    public required int Processes { get; init; }

    /// <summary>What all processes got in a second, in megabytes: the median of the rounds.</summary>
    public required double FetchMegabytesPerSecond { get; init; }

    /// <summary>The same, with a plain TCP connection from the publisher to each process and no check.</summary>
    public required double CopyMegabytesPerSecond { get; init; }

    /// <summary>The first over the second.</summary>
    public double Ratio => Math.Round(FetchMegabytesPerSecond / CopyMegabytesPerSecond, 3);

    /// <summary>The most that the publisher sent in a round, over the size.</summary>
    public required double LearnerUploads { get; init; }

    /// <summary>Chunks that were checked in a round, in all processes.</summary>
    public required int ChunksChecked { get; init; }

    /// <summary>Seconds of each round of fetching.</summary>
    public required IReadOnlyList<double> FetchSeconds { get; init; }

    /// <summary>Seconds of each round of copying.</summary>
    public required IReadOnlyList<double> CopySeconds { get; init; }

    /// <summary>Processors of the machine.</summary>
    public int Processors { get; } = Environment.ProcessorCount;

    /// <summary>The load average of the last minute before it began, where the system says so.</summary>
    public required double? LoadBefore { get; init; }
}
