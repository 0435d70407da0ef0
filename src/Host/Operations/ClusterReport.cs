using System.Text.Json.Serialization;

namespace ActorRlhf.Host.Operations;

/// <summary>The whole cluster, as one node has put it together from what all of them say: <c>GET /api/topology</c>.</summary>
public sealed record ClusterReport
{
    /// <summary>The run's name.</summary>
    public required string Run { get; init; }

    /// <summary>When it was put together.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The node that did.</summary>
    public required string ReportedBy { get; init; }

    /// <summary>Episodes of the run.</summary>
    public required long TotalEpisodes { get; init; }

    /// <summary>Episodes in a batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Shards that the episodes are spread over.</summary>
    public required int Shards { get; init; }

    /// <summary>How many updates older than the policy that learns from it an episode's policy may be.</summary>
    public required int MaxPolicyLag { get; init; }

    /// <summary>The nodes, and those that were there lately, by name.</summary>
    public required IReadOnlyList<NodeReport> Nodes { get; init; }

    /// <summary>All actors.</summary>
    [JsonIgnore]
    public IEnumerable<ActorReport> Actors => Nodes.SelectMany(node => node.Actors);

    /// <summary>The learner; null where no node has said that it has it.</summary>
    [JsonIgnore]
    public LearnerReport? Learner => Actors.Select(actor => actor.Learner).FirstOrDefault(learner => learner is not null);
}
