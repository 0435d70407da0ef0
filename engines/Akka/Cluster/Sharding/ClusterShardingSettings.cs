using Akka.Actor;
using Akka.Configuration;

namespace Akka.Cluster.Sharding;

/// <summary>What shard regions need to know; by default <c>akka.cluster.sharding</c>.</summary>
public sealed class ClusterShardingSettings
{
    /// <summary>The role of the members that have shards; empty for all.</summary>
    public readonly string Role;

    /// <summary>Whether entities that ran are started again wherever their shard moves to.</summary>
    public readonly bool RememberEntities;

    /// <summary>How long an entity may receive nothing before it is stopped; zero for ever.</summary>
    public readonly TimeSpan PassivateIdleEntityAfter;

    private ClusterShardingSettings(Config config, string role, bool rememberEntities, TimeSpan passivateIdleEntityAfter)
    {
        Config = config;
        Role = role ?? "";
        RememberEntities = rememberEntities;
        PassivateIdleEntityAfter = passivateIdleEntityAfter;
    }

    /// <summary>Whether idle entities are stopped: not those that are remembered.</summary>
    public bool ShouldPassivateIdleEntities => PassivateIdleEntityAfter > TimeSpan.Zero && !RememberEntities;

    internal TimeSpan RetryInterval => Config.GetTimeSpan("retry-interval");

    internal int BufferSize => Config.GetInt("buffer-size");

    internal TimeSpan HandOffTimeout => Config.GetTimeSpan("handoff-timeout");

    internal TimeSpan EntityRestartBackoff => Config.GetTimeSpan("entity-restart-backoff");

    private Config Config { get; }

    /// <summary>The settings of a system's configuration.</summary>
    public static ClusterShardingSettings Create(ActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.cluster.sharding") ?? throw new ConfigurationException("there is no akka.cluster.sharding; akka.actor.provider must be cluster");
        var idle = config.GetString("passivate-idle-entity-after") is "off" or "false" ? TimeSpan.Zero : config.GetTimeSpan("passivate-idle-entity-after");
        return new ClusterShardingSettings(config, config.GetString("role")!, config.GetBoolean("remember-entities"), idle);
    }

    /// <summary>The same with another role.</summary>
    public ClusterShardingSettings WithRole(string role) => new(Config, role, RememberEntities, PassivateIdleEntityAfter);

    /// <summary>The same, with entities remembered or not.</summary>
    public ClusterShardingSettings WithRememberEntities(bool rememberEntities) => new(Config, Role, rememberEntities, PassivateIdleEntityAfter);

    /// <summary>The same with another time.</summary>
    public ClusterShardingSettings WithPassivateIdleAfter(TimeSpan duration) => new(Config, Role, RememberEntities, duration);
}
