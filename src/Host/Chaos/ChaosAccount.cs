namespace ActorRlhf.Host.Chaos;

/// <summary>What became of everything that was generated.</summary>
public sealed record ChaosAccount
{
    /// <summary>Responses that processes have generated.</summary>
    public int Generated { get; init; }

    /// <summary>Episodes that batches were formed of, by the learner's journal.</summary>
    public int Trained { get; init; }

    /// <summary>Of them those that were in a second batch.</summary>
    public int Duplicated { get; init; }

    /// <summary>Results in the shards' journals.</summary>
    public int Journaled { get; init; }

    /// <summary>Responses that were not needed, by the reason that their rollout was told.</summary>
    public IReadOnlyDictionary<string, int> Refused { get; init; } = new Dictionary<string, int>();

    /// <summary>All of those.</summary>
    public int RefusedTotal => Refused.Values.Sum();

    /// <summary>Responses whose process was killed, or put out of the cluster, before anybody had settled them, and that were not journaled.</summary>
    public int InFlight { get; init; }

    /// <summary>What is not as it has to be; nothing when all is well.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];
}
