using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.DependencyInjection;
using Akka.Hosting;

namespace Akka.Cluster.Hosting;

/// <summary>A cluster's member, its singletons and its sharded entities as a builder has them.</summary>
public static class AkkaClusterHostingExtensions
{
    /// <summary>Has the system be a member of a cluster.</summary>
    /// <exception cref="UriFormatException">A seed node is no address.</exception>
    public static AkkaConfigurationBuilder WithClustering(this AkkaConfigurationBuilder builder, ClusterOptions? options = null) =>
        builder.AddHocon((options ?? new ClusterOptions()).ToHocon(), HoconAddMode.Prepend).WithActorRefProvider(ProviderSelection.Cluster.Instance);

    /// <summary>Runs one actor in the whole cluster, at <c>/user/singletonName</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="singletonName">Its name.</param>
    /// <param name="propsFactory">How to make it.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="createProxyToo">Whether an actor that reaches it is registered for the key.</param>
    public static AkkaConfigurationBuilder WithSingleton<TKey>(
        this AkkaConfigurationBuilder builder,
        string singletonName,
        Func<ActorSystem, IActorRegistry, IDependencyResolver, Props> propsFactory,
        ClusterSingletonOptions? options = null,
        bool createProxyToo = true) => builder.WithActors((system, registry, resolver) =>
        {
            var settings = ClusterSingletonManagerSettings.Create(system).WithSingletonName(singletonName);
            if (!string.IsNullOrEmpty(options?.Role)) settings = settings.WithRole(options.Role);
            var props = ClusterSingletonManager.Props(propsFactory(system, registry, resolver), options?.TerminationMessage ?? PoisonPill.Instance, settings);
            system.ActorOf(props, singletonName);
            if (createProxyToo) StartProxy<TKey>(system, registry, singletonName, $"/user/{singletonName}", options);
        });

    /// <inheritdoc cref="WithSingleton{TKey}(AkkaConfigurationBuilder, string, Func{ActorSystem, IActorRegistry, IDependencyResolver, Props}, ClusterSingletonOptions?, bool)"/>
    public static AkkaConfigurationBuilder WithSingleton<TKey>(
        this AkkaConfigurationBuilder builder, string singletonName, Props actorProps, ClusterSingletonOptions? options = null, bool createProxyToo = true) =>
        builder.WithSingleton<TKey>(singletonName, (_, _, _) => actorProps, options, createProxyToo);

    /// <summary>Registers an actor that reaches a singleton wherever it runs.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="singletonName">The singleton's name.</param>
    /// <param name="options">How it is reached.</param>
    /// <param name="singletonManagerPath">Where its managers are; null for <c>/user/singletonName</c>.</param>
    public static AkkaConfigurationBuilder WithSingletonProxy<TKey>(
        this AkkaConfigurationBuilder builder, string singletonName, ClusterSingletonOptions? options = null, string? singletonManagerPath = null) =>
        builder.WithActors((system, registry) => StartProxy<TKey>(system, registry, singletonName, singletonManagerPath ?? $"/user/{singletonName}", options));

    /// <summary>Takes part in running a kind of entities, and registers the region that reaches them.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="typeName">The kind's name.</param>
    /// <param name="entityPropsFactory">How to make an entity, by its id.</param>
    /// <param name="messageExtractor">Says which entity a message is for, and which shard the entity is in.</param>
    /// <param name="shardOptions">How they run.</param>
    public static AkkaConfigurationBuilder WithShardRegion<TKey>(
        this AkkaConfigurationBuilder builder,
        string typeName,
        Func<string, Props> entityPropsFactory,
        IMessageExtractor messageExtractor,
        ShardOptions shardOptions) => builder.WithShardRegion<TKey>(typeName, (_, _, _) => entityPropsFactory, messageExtractor, shardOptions);

    /// <inheritdoc cref="WithShardRegion{TKey}(AkkaConfigurationBuilder, string, Func{string, Props}, IMessageExtractor, ShardOptions)"/>
    public static AkkaConfigurationBuilder WithShardRegion<TKey>(
        this AkkaConfigurationBuilder builder,
        string typeName,
        Func<ActorSystem, IActorRegistry, Func<string, Props>> entityPropsFactory,
        IMessageExtractor messageExtractor,
        ShardOptions shardOptions) =>
        builder.WithShardRegion<TKey>(typeName, (system, registry, _) => entityPropsFactory(system, registry), messageExtractor, shardOptions);

    /// <inheritdoc cref="WithShardRegion{TKey}(AkkaConfigurationBuilder, string, Func{string, Props}, IMessageExtractor, ShardOptions)"/>
    public static AkkaConfigurationBuilder WithShardRegion<TKey>(
        this AkkaConfigurationBuilder builder,
        string typeName,
        Func<ActorSystem, IActorRegistry, IDependencyResolver, Func<string, Props>> entityPropsFactory,
        IMessageExtractor messageExtractor,
        ShardOptions shardOptions) => builder.StartActors(async (ActorSystem system, IActorRegistry registry, IDependencyResolver resolver) =>
        {
            var sharding = ClusterSharding.Get(system);
            var settings = SettingsOf(system, shardOptions);
            registry.Register<TKey>(await sharding.StartAsync(
                typeName, entityPropsFactory(system, registry, resolver), settings, messageExtractor, sharding.DefaultShardAllocationStrategy(settings),
                shardOptions.HandOffStopMessage ?? PoisonPill.Instance).ConfigureAwait(false));
        });

    /// <summary>Registers a region that reaches a kind of entities, none of which run here.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="typeName">The kind's name.</param>
    /// <param name="roleName">The role of the members that run them.</param>
    /// <param name="messageExtractor">Says which entity a message is for, and which shard the entity is in.</param>
    public static AkkaConfigurationBuilder WithShardRegionProxy<TKey>(
        this AkkaConfigurationBuilder builder, string typeName, string roleName, IMessageExtractor messageExtractor) =>
        builder.WithActors(async (system, registry) => registry.Register<TKey>(
            await ClusterSharding.Get(system).StartProxyAsync(typeName, roleName, messageExtractor).ConfigureAwait(false)));

    private static void StartProxy<TKey>(ActorSystem system, IActorRegistry registry, string singletonName, string managerPath, ClusterSingletonOptions? options)
    {
        var settings = ClusterSingletonProxySettings.Create(system).WithSingletonName(singletonName);
        if (!string.IsNullOrEmpty(options?.Role)) settings = settings.WithRole(options.Role);
        if (options?.BufferSize is { } size) settings = settings.WithBufferSize(size);
        registry.Register<TKey>(system.ActorOf(ClusterSingletonProxy.Props(managerPath, settings), $"{singletonName}-proxy"));
    }

    private static ClusterShardingSettings SettingsOf(ActorSystem system, ShardOptions options)
    {
        var settings = ClusterShardingSettings.Create(system);
        if (options.Role is not null) settings = settings.WithRole(options.Role);
        if (options.RememberEntities is { } remember) settings = settings.WithRememberEntities(remember);
        if (options.ShouldPassivateIdleEntities is false) return settings.WithPassivateIdleAfter(TimeSpan.Zero);
        return options.PassivateIdleEntityAfter is { } after ? settings.WithPassivateIdleAfter(after) : settings;
    }
}
