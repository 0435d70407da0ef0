using Akka.Actor;
using Akka.Configuration;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>What a <see cref="ClusterSingletonProxy"/> needs to know; by default <c>akka.cluster.singleton-proxy</c>.</summary>
public sealed class ClusterSingletonProxySettings
{
    /// <summary>Settings.</summary>
    public ClusterSingletonProxySettings(string singletonName, string role, TimeSpan singletonIdentificationInterval, int bufferSize)
    {
        if (string.IsNullOrEmpty(singletonName)) throw new ArgumentNullException(nameof(singletonName));
        if (singletonIdentificationInterval <= TimeSpan.Zero)
            throw new ArgumentException("singletonIdentificationInterval must be positive", nameof(singletonIdentificationInterval));
        if (bufferSize is < 0 or > 10000) throw new ArgumentException("bufferSize must be >= 0 and <= 10000", nameof(bufferSize));
        SingletonName = singletonName;
        Role = role ?? "";
        SingletonIdentificationInterval = singletonIdentificationInterval;
        BufferSize = bufferSize;
    }

    /// <summary>The name of the actor below the manager.</summary>
    public string SingletonName { get; }

    /// <summary>The role of the members it may run on; empty for all.</summary>
    public string Role { get; }

    /// <summary>How often the singleton is looked for while it is not known.</summary>
    public TimeSpan SingletonIdentificationInterval { get; }

    /// <summary>How many messages wait for it; of more the oldest become dead letters.</summary>
    public int BufferSize { get; }

    /// <summary>The settings of a system's configuration.</summary>
    public static ClusterSingletonProxySettings Create(ActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.cluster.singleton-proxy") ?? throw new ConfigurationException("there is no akka.cluster.singleton-proxy; akka.actor.provider must be cluster");
        return new ClusterSingletonProxySettings(
            config.GetString("singleton-name")!, config.GetString("role")!, config.GetTimeSpan("singleton-identification-interval"), config.GetInt("buffer-size"));
    }

    /// <summary>The same with another name.</summary>
    public ClusterSingletonProxySettings WithSingletonName(string singletonName) => new(singletonName, Role, SingletonIdentificationInterval, BufferSize);

    /// <summary>The same with another role.</summary>
    public ClusterSingletonProxySettings WithRole(string role) => new(SingletonName, role, SingletonIdentificationInterval, BufferSize);

    /// <summary>The same with another size.</summary>
    public ClusterSingletonProxySettings WithBufferSize(int bufferSize) => new(SingletonName, Role, SingletonIdentificationInterval, bufferSize);
}
