using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Cluster.Sharding;

/// <summary>Makes a system's <see cref="ClusterSharding"/>.</summary>
public sealed class ClusterShardingExtensionProvider : ExtensionIdProvider<ClusterSharding>
{
    /// <inheritdoc/>
    public override ClusterSharding CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>
/// Spreads entities, actors with ids, over the members of a cluster. An entity belongs to a shard by its id, and a shard to the member that has its
/// lease; which one that is to be follows from the members alone (<see cref="ShardRegion"/>), so there is no coordinator.
/// </summary>
public class ClusterSharding : IExtension
{
    private readonly ExtendedActorSystem _system;
    private readonly ConcurrentDictionary<string, Lazy<IActorRef>> _regions = new(), _proxies = new();

    internal ClusterSharding(ExtendedActorSystem system)
    {
        _system = system;
        Cluster.Get(system);
        Settings = ClusterShardingSettings.Create(system);
    }

    /// <summary>What the configuration says.</summary>
    public ClusterShardingSettings Settings { get; }

    /// <summary>A system's sharding.</summary>
    public static ClusterSharding Get(ActorSystem system) => system.WithExtension<ClusterSharding, ClusterShardingExtensionProvider>();

    /// <summary>How shards are given to members.</summary>
    public IShardAllocationStrategy DefaultShardAllocationStrategy(ClusterShardingSettings settings) => new Rendezvous();

    /// <summary>Takes part in running a kind of entities; where the settings' role is not this member's, only sends to them.</summary>
    /// <returns>The region, which messages for entities are sent to.</returns>
    public IActorRef Start(string typeName, Props entityProps, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        Start(typeName, _ => entityProps, settings, messageExtractor);

    /// <inheritdoc cref="Start(string, Props, ClusterShardingSettings, IMessageExtractor)"/>
    public Task<IActorRef> StartAsync(string typeName, Props entityProps, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        Task.FromResult(Start(typeName, entityProps, settings, messageExtractor));

    /// <inheritdoc cref="Start(string, Props, ClusterShardingSettings, IMessageExtractor)"/>
    public IActorRef Start(string typeName, Func<string, Props> entityPropsFactory, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        Start(typeName, entityPropsFactory, settings, messageExtractor, DefaultShardAllocationStrategy(settings), PoisonPill.Instance);

    /// <inheritdoc cref="Start(string, Props, ClusterShardingSettings, IMessageExtractor)"/>
    public Task<IActorRef> StartAsync(string typeName, Func<string, Props> entityPropsFactory, ClusterShardingSettings settings, IMessageExtractor messageExtractor) =>
        Task.FromResult(Start(typeName, entityPropsFactory, settings, messageExtractor));

    /// <inheritdoc cref="Start(string, Props, ClusterShardingSettings, IMessageExtractor)"/>
    public Task<IActorRef> StartAsync(
        string typeName,
        Func<string, Props> entityPropsFactory,
        ClusterShardingSettings settings,
        IMessageExtractor messageExtractor,
        IShardAllocationStrategy allocationStrategy,
        object handOffStopMessage) => Task.FromResult(Start(typeName, entityPropsFactory, settings, messageExtractor, allocationStrategy, handOffStopMessage));

    /// <inheritdoc cref="Start(string, Props, ClusterShardingSettings, IMessageExtractor)"/>
    public IActorRef Start(
        string typeName,
        Func<string, Props> entityPropsFactory,
        ClusterShardingSettings settings,
        IMessageExtractor messageExtractor,
        IShardAllocationStrategy allocationStrategy,
        object handOffStopMessage)
    {
        if (settings.Role.Length > 0 && !Cluster.Get(_system).SelfRoles.Contains(settings.Role)) return StartProxy(typeName, settings.Role, messageExtractor);
        return _regions.GetOrAdd(typeName, _ => new Lazy<IActorRef>(() => Make(typeName, "", settings, messageExtractor, entityPropsFactory, handOffStopMessage))).Value;
    }

    /// <summary>Sends to a kind of entities that do not run here.</summary>
    /// <returns>The region, which messages for entities are sent to.</returns>
    public IActorRef StartProxy(string typeName, string role, IMessageExtractor messageExtractor) =>
        _proxies.GetOrAdd(typeName, _ => new Lazy<IActorRef>(() => Make(typeName, "Proxy", Settings.WithRole(role), messageExtractor, null, PoisonPill.Instance))).Value;

    /// <inheritdoc cref="StartProxy"/>
    public Task<IActorRef> StartProxyAsync(string typeName, string role, IMessageExtractor messageExtractor) => Task.FromResult(StartProxy(typeName, role, messageExtractor));

    /// <summary>The region of a kind of entities that was started here.</summary>
    /// <exception cref="ArgumentException">None was.</exception>
    public IActorRef ShardRegion(string typeName) => (_regions.GetValueOrDefault(typeName) ?? _proxies.GetValueOrDefault(typeName)
        ?? throw new ArgumentException($"Shard type [{typeName}] must be started first")).Value;

    /// <summary>The proxy of a kind of entities that was started here.</summary>
    /// <exception cref="ArgumentException">None was.</exception>
    public IActorRef ShardRegionProxy(string typeName) =>
        (_proxies.GetValueOrDefault(typeName) ?? throw new ArgumentException($"Shard type [{typeName}] must be started first")).Value;

    private IActorRef Make(string typeName, string suffix, ClusterShardingSettings settings, IMessageExtractor extractor, Func<string, Props>? entities, object stopMessage)
    {
        if (typeName.Length == 0 || typeName.IndexOfAny([',', '#', '/']) >= 0)
            throw new ArgumentException($"\"{typeName}\" is no kind of entities; its name is not empty and has no comma, # or /", nameof(typeName));
        return _system.SystemActorOf(Props.Create(() => new ShardRegion(typeName, settings, extractor, entities, stopMessage)), Sharding.ShardRegion.NameOf(typeName) + suffix);
    }

    private sealed class Rendezvous : IShardAllocationStrategy;
}
