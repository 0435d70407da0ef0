namespace ActorRlhf.Host.Chaos;

/// <summary>What is trained while processes are killed, and how often they are.</summary>
public sealed record ChaosSettings
{
    /// <summary>The folder of everything: model, data, journal, logs, evidence.</summary>
    public required string Folder { get; init; }

    /// <summary>Decides the model, the data, what is generated, and who is struck how.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Episodes in the run.</summary>
    public long Episodes { get; init; } = 20_000;

    /// <summary>Strikes at least: kills, freezes and one power cut.</summary>
    public int Strikes { get; init; } = 60;

    /// <summary>Time from one strike to the next at most; less where training is so fast that they would not fit into the run.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>As <c>rlhf.cluster.max-policy-lag</c>.</summary>
    public int MaxPolicyLag { get; init; } = 1;

    /// <summary>As <c>rlhf.cluster.connection-string</c>.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Processes that may be the learner and have shards.</summary>
    public int Learners { get; init; } = 2;

    /// <summary>Processes that write responses.</summary>
    public int Rollouts { get; init; } = 3;

    /// <summary>Processes that score them.</summary>
    public int Scorers { get; init; } = 2;
}
