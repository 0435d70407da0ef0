using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Nodes;

/// <summary>What a node is.</summary>
public sealed record NodeOptions
{
    /// <summary>Its name: in leases, logs and the run's folder.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required NodeRoles Roles { get; init; }

    /// <summary>How others reach it.</summary>
    public required NetworkSettings Network { get; init; }

    /// <summary>What it has in common with the others.</summary>
    public required ClusterSettings Cluster { get; init; }

    /// <summary>Told how training is, twice a second, from one thread at a time; null where nobody wants to know.</summary>
    public Action<LearnerStatus>? Heard { get; init; }

    /// <summary>The checkpoints in its own folder, which it serves and, while it stands by, keeps as new as the learner's; null where it is never the learner.</summary>
    public CheckpointStore? Checkpoints { get; init; }

    /// <summary>What it speaks with others. Only tests say something else.</summary>
    internal int ProtocolVersion { get; init; } = ClusterEntry.ProtocolVersion;
}
