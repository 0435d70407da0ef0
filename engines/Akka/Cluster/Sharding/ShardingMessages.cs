using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster.Sharding;

/// <summary>What entities say to their shard.</summary>
public interface IShardRegionCommand;

/// <summary>A question to a region.</summary>
public interface IShardRegionQuery;

/// <summary>
/// An entity asks its parent to be stopped: it is sent a message at which it stops itself, and what comes for it meanwhile waits for its next start.
/// </summary>
public sealed class Passivate(object stopMessage) : IShardRegionCommand
{
    /// <summary>What the entity is sent.</summary>
    public object StopMessage { get; } = stopMessage;
}

/// <summary>Asks a region to hand its shards over and end.</summary>
public sealed class GracefulShutdown : IShardRegionCommand
{
    /// <summary>The only instance.</summary>
    public static readonly GracefulShutdown Instance = new();
}

/// <summary>Asks a region for the shards here; answered with <see cref="CurrentShardRegionState"/>.</summary>
public sealed class GetShardRegionState : IShardRegionQuery
{
    /// <summary>The only instance.</summary>
    public static readonly GetShardRegionState Instance = new();
}

/// <summary>The shards that a region has.</summary>
public sealed class CurrentShardRegionState(IImmutableSet<ShardState> shards)
{
    /// <summary>The shards.</summary>
    public readonly IImmutableSet<ShardState> Shards = shards;
}

/// <summary>A shard with the entities that run in it.</summary>
public sealed class ShardState(string shardId, IImmutableSet<string> entityIds)
{
    /// <summary>The shard.</summary>
    public readonly string ShardId = shardId;

    /// <summary>The entities.</summary>
    public readonly IImmutableSet<string> EntityIds = entityIds;
}

/// <summary>Asks a region where others are; answered with <see cref="CurrentRegions"/>.</summary>
public sealed class GetCurrentRegions : IShardRegionQuery
{
    /// <summary>The only instance.</summary>
    public static readonly GetCurrentRegions Instance = new();
}

/// <summary>Where the regions of a kind of entities are.</summary>
public sealed class CurrentRegions(IImmutableSet<Address> regions)
{
    /// <summary>Their addresses.</summary>
    public readonly IImmutableSet<Address> Regions = regions;
}

/// <summary>For source compatibility: the embedded engine decides by rendezvous hashing, whatever it is given.</summary>
public interface IShardAllocationStrategy;
