using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Cluster;

/// <summary>What <c>akka.cluster</c> says. The defaults are in <c>Cluster/reference.conf</c>.</summary>
public sealed class ClusterSettings
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">A value that cannot be.</exception>
    public ClusterSettings(Config config, string systemName)
    {
        var cluster = config.GetConfig("akka.cluster") ?? throw new ConfigurationException($"the configuration of {systemName} has no akka.cluster");
        SeedNodes = [.. cluster.GetStringList("seed-nodes").Select(node => Address.Parse(node!))];
        Roles = [.. cluster.GetStringList("roles").Select(role => role!)];
        if (Roles.FirstOrDefault(role => role.Length == 0 || role.IndexOfAny([',', '#']) >= 0) is { } wrong)
            throw new ConfigurationException($"akka.cluster.roles has \"{wrong}\"; a role is not empty and has no comma and no #");
        HeartbeatInterval = Positive("failure-detector.heartbeat-interval");
        AcceptableHeartbeatPause = Positive("failure-detector.acceptable-heartbeat-pause");
        StableAfter = cluster.GetTimeSpan("split-brain-resolver.stable-after");
        RunCoordinatedShutdownWhenDown = cluster.GetBoolean("run-coordinated-shutdown-when-down");
        if (HeartbeatInterval >= AcceptableHeartbeatPause)
        {
            throw new ConfigurationException($"akka.cluster.failure-detector: heartbeat-interval is {HeartbeatInterval} and acceptable-heartbeat-pause is "
                + $"{AcceptableHeartbeatPause}; the pause must be longer, or every member is unreachable between two heartbeats");
        }

        TimeSpan Positive(string key) => cluster.GetTimeSpan(key) is var time && time > TimeSpan.Zero
            ? time
            : throw new ConfigurationException($"akka.cluster.{key} is {time}; it must be longer than 0");
    }

    /// <summary>With any, the system joins when it starts.</summary>
    public ImmutableList<Address> SeedNodes { get; }

    /// <summary>This member's roles.</summary>
    public ImmutableHashSet<string> Roles { get; }

    /// <summary>How often a member says that it is alive.</summary>
    public TimeSpan HeartbeatInterval { get; }

    /// <summary>Whether a member that is declared dead runs its coordinated shutdown from <c>cluster-shutdown</c> on.</summary>
    public bool RunCoordinatedShutdownWhenDown { get; }

    /// <summary>For how long a member may be silent before it is unreachable.</summary>
    internal TimeSpan AcceptableHeartbeatPause { get; }

    /// <summary>For how long it may be unreachable before it is declared dead.</summary>
    internal TimeSpan StableAfter { get; }

    /// <summary>For how long a member may be silent before it is declared dead.</summary>
    internal TimeSpan DeadAfter => AcceptableHeartbeatPause + StableAfter;
}
