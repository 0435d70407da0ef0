using Akka.Actor;
using Akka.Hosting;
using Akka.Remote.Hosting;

namespace Akka.Cluster.Hosting;

/// <summary>How a system is a member of a cluster; what is null stays as the configuration has it.</summary>
public sealed class ClusterOptions
{
    /// <summary>What this member does.</summary>
    public string[]? Roles { get; set; }

    /// <summary>Members to join at the start, as addresses: <c>akka.tcp://system@host:port</c>.</summary>
    public string[]? SeedNodes { get; set; }

    /// <summary>When a member that is silent is unreachable.</summary>
    public PhiAccrualFailureDetectorOptions? FailureDetector { get; set; }

    /// <exception cref="UriFormatException">A seed node is no address.</exception>
    internal string ToHocon()
    {
        foreach (var seed in SeedNodes ?? []) Address.Parse(seed);
        return HoconText.Section("akka.cluster", ("roles", NullIfEmpty(Roles)), ("seed-nodes", NullIfEmpty(SeedNodes)))
            + FailureDetector?.ToHocon("akka.cluster.failure-detector");
    }

    private static string[]? NullIfEmpty(string[]? texts) => texts is { Length: > 0 } ? texts : null;
}

/// <summary>How a singleton runs and is reached.</summary>
public sealed class ClusterSingletonOptions
{
    /// <summary>How many messages wait for it.</summary>
    public int? BufferSize { get; set; }

    /// <summary>The role of the members it may run on; null for all.</summary>
    public string? Role { get; set; }

    /// <summary>What it is stopped with; null for <see cref="PoisonPill"/>.</summary>
    public object? TerminationMessage { get; set; }
}

/// <summary>How a kind of entities runs; what is null stays as the configuration has it.</summary>
public sealed class ShardOptions
{
    /// <summary>Whether entities that ran are started again wherever their shard moves to.</summary>
    public bool? RememberEntities { get; set; }

    /// <summary>The role of the members that have shards.</summary>
    public string? Role { get; set; }

    /// <summary>What an entity is stopped with when its shard moves; null for <see cref="PoisonPill"/>.</summary>
    public object? HandOffStopMessage { get; set; }

    /// <summary>Whether idle entities are stopped.</summary>
    public bool? ShouldPassivateIdleEntities { get; set; }

    /// <summary>How long an entity may receive nothing before it is stopped.</summary>
    public TimeSpan? PassivateIdleEntityAfter { get; set; }
}
