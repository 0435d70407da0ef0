namespace ActorRlhf.Host.Benchmarks;

/// <summary>What <see cref="EpisodeBench"/> measured, and what the journal says became of the episodes.</summary>
public sealed record EpisodeBenchResult
{
    /// <summary>Episodes of the run.</summary>
    public required long Episodes { get; init; }

    /// <summary>Episodes that were trained on.</summary>
    public required long Trained { get; init; }

    /// <summary>Episodes that were not.</summary>
    public required long Lost { get; init; }

    /// <summary>How often an episode was trained on again.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Results that shards refused: late ones, second ones, those too early.</summary>
    public required long Refused { get; init; }

    /// <summary>Processes that were killed.</summary>
    public required IReadOnlyList<string> Killed { get; init; }

    /// <summary>From the start of the first process until a node heard that everything is trained.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of those, until the first batch was trained: the processes' start and the cluster's.</summary>
    public required double StartSeconds { get; init; }

    /// <summary>Episodes in a second of all of them.</summary>
    public double EpisodesPerSecond => Math.Round(Episodes / Seconds);

    /// <summary>The longest time in which no batch was trained, after the first: what a kill costs at most.</summary>
    public required double LongestPauseSeconds { get; init; }

    /// <summary>
    /// From the start of a new process until its learner has read the whole journal, loaded the last but one checkpoint and taken the steps since then again, as after a kill just
    /// before the last checkpoint.
    /// </summary>
    public required double RecoverySeconds { get; init; }

    /// <summary>The most memory that one of the processes ever held, in megabytes (10⁶).</summary>
    public required double PeakRssMb { get; init; }

    /// <summary>The same for each of them, by name.</summary>
    public required IReadOnlyDictionary<string, double> PeakRssMbOf { get; init; }

    /// <summary>Bytes of all events of shards and learner, whole rows, for each episode.</summary>
    public required double JournalBytesPerEpisode { get; init; }

    /// <summary>Events of shards and learner.</summary>
    public required long JournalEvents { get; init; }

    /// <summary>The database with its indexes, in megabytes (10⁶).</summary>
    public required double DatabaseMb { get; init; }

    /// <summary>SQLite or PostgreSQL.</summary>
    public required string Database { get; init; }

    /// <summary>The weights: a hash of all that was trained on, in order.</summary>
    public required string Weights { get; init; }

    /// <summary>What is not as it should be; empty when all is well.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>Processors of the machine.</summary>
    public int Processors { get; } = Environment.ProcessorCount;

    /// <summary>The load average of the last minute before it began, where the system says so.</summary>
    public required double? LoadBefore { get; init; }
}
