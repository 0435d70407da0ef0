using Akka.Actor.Internal;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>The handles of a system that may be a member of a cluster: <c>akka.actor.provider = cluster</c>.</summary>
public class ClusterActorRefProvider : RemoteActorRefProvider
{
    /// <summary>The provider of a system.</summary>
    public ClusterActorRefProvider(string systemName, Settings settings, EventStream eventStream)
        : base(systemName, settings, eventStream)
    {
        settings.InjectTopLevelFallback(ConfigurationFactory.FromResource("Cluster/reference.conf"));
    }

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The system has no journal, in whose database the members are.</exception>
    public override void Init(ActorSystemImpl system)
    {
        _ = Akka.Persistence.Persistence.Instance.Apply(system).Coordination; // before anything listens
        base.Init(system);
        Cluster.Get(system);
    }
}
