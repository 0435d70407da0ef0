namespace ActorRlhf.Host.Chaos;

/// <summary>How a chaos run went.</summary>
public sealed record ChaosResult
{
    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Whether all is as it has to be.</summary>
    public bool Passed => Findings.Count == 0;

    /// <summary>What is not.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>Episodes that there were to train on.</summary>
    public required long Episodes { get; init; }

    /// <summary>What became of everything.</summary>
    public required ChaosAccount Account { get; init; }

    /// <summary>Whether the last checkpoint is that of a replay of the journal, every byte.</summary>
    public required bool WeightsEqual { get; init; }

    /// <summary>Every strike.</summary>
    public required IReadOnlyList<StrikeRecord> Strikes { get; init; }

    /// <summary>How often a process was put out of the cluster after it had been frozen.</summary>
    public required int PutOut { get; init; }

    /// <summary>How often a process was started again.</summary>
    public required int Restarts { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds of the replay.</summary>
    public required double ReplaySeconds { get; init; }

    /// <summary>The longest times without a new batch, in seconds, the longest first.</summary>
    public required IReadOnlyList<double> LongestPauses { get; init; }
}
