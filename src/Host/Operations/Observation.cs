using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Host.Nodes;
using Akka.Actor;

namespace ActorRlhf.Host.Operations;

/// <summary>What a node answers operators, and other nodes, who ask how things are. Answers are shared among all who ask within a second.</summary>
internal sealed class Observation
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly SharedAnswer<NodeReport> _node;
    private readonly SharedAnswer<ClusterReport> _cluster;

    /// <summary>Observation from a node.</summary>
    /// <param name="system">Its actor system.</param>
    /// <param name="work">What its actors do.</param>
    /// <param name="self">Who it is.</param>
    /// <param name="directory">Who is in the cluster.</param>
    /// <param name="http">Reaches other nodes.</param>
    /// <param name="troubles">The node's last warnings and errors.</param>
    public Observation(ActorSystem system, INodeWork work, KnownNode self, NodeDirectory directory, HttpClient http, Func<IReadOnlyList<string>> troubles)
    {
        var actors = new ActorObserver(system, work.Episodes.Plan, type =>
            work.Device(type == typeof(Learner) ? NodeRoles.Learner : type == typeof(Rollout) ? NodeRoles.Rollout : NodeRoles.Scorer));
        var node = new NodeObserver(self, directory, actors, troubles);
        _node = new SharedAnswer<NodeReport>(node.ReportAsync, Freshness);
        _cluster = new SharedAnswer<ClusterReport>(
            new ClusterObserver(http, () => directory.Nodes, work.Episodes.Plan, self.Name, _node.Get).ReportAsync, Freshness);
    }

    /// <summary>The node.</summary>
    public Task<NodeReport> NodeAsync() => _node.Get();

    /// <summary>The cluster.</summary>
    public Task<ClusterReport> ClusterAsync() => _cluster.Get();
}
