using Akka.Actor;
using Akka.Configuration;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>What a <see cref="ClusterSingletonManager"/> needs to know; by default <c>akka.cluster.singleton</c>.</summary>
public sealed class ClusterSingletonManagerSettings
{
    private ClusterSingletonManagerSettings(string singletonName, string role, TimeSpan handOverRetryInterval)
    {
        if (string.IsNullOrWhiteSpace(singletonName)) throw new ArgumentNullException(nameof(singletonName));
        if (handOverRetryInterval <= TimeSpan.Zero)
            throw new ArgumentException("ClusterSingletonManagerSettings.HandOverRetryInterval must be positive", nameof(handOverRetryInterval));
        SingletonName = singletonName;
        Role = role ?? "";
        HandOverRetryInterval = handOverRetryInterval;
    }

    /// <summary>The name of the actor below the manager.</summary>
    public string SingletonName { get; }

    /// <summary>The role of the members it may run on; empty for all.</summary>
    public string Role { get; }

    /// <summary>How often the next owner asks for the lease that the one before still has.</summary>
    public TimeSpan HandOverRetryInterval { get; }

    /// <summary>The settings of a system's configuration.</summary>
    public static ClusterSingletonManagerSettings Create(ActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.cluster.singleton") ?? throw new ConfigurationException("there is no akka.cluster.singleton; akka.actor.provider must be cluster");
        return new ClusterSingletonManagerSettings(config.GetString("singleton-name")!, config.GetString("role")!, config.GetTimeSpan("hand-over-retry-interval"));
    }

    /// <summary>The same with another name.</summary>
    public ClusterSingletonManagerSettings WithSingletonName(string singletonName) => new(singletonName, Role, HandOverRetryInterval);

    /// <summary>The same with another role.</summary>
    public ClusterSingletonManagerSettings WithRole(string role) => new(SingletonName, role, HandOverRetryInterval);
}
