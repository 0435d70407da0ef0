using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Operator.Topology;

/// <summary>A cluster as a drawing: boxes for the actors that episodes go through, a frame around those of a node, and arrows along the episodes' way.</summary>
/// <param name="Nodes">The frames.</param>
/// <param name="Arrows">The arrows.</param>
public sealed record TopologyFlow(IReadOnlyList<TopologyFlow.Frame> Nodes, IReadOnlyList<TopologyFlow.Arrow> Arrows)
{
    /// <summary>The drawing of a cluster. All shards of a node are one box.</summary>
    public static TopologyFlow Of(ClusterReport cluster)
    {
        var frames = new List<Frame>();
        var ends = new Dictionary<string, List<string>> { ["rollout"] = [], ["scorer"] = [], ["shard"] = [], ["learner"] = [] };
        foreach (var (node, number) in cluster.Nodes.Select((node, number) => (node, number)))
        {
            var boxes = new List<Box>();
            foreach (var actor in node.Actors.Where(actor => actor.Shard is null))
            {
                var kind = actor switch
                {
                    { Rollout: not null } => "rollout",
                    { Scorer: not null } => "scorer",
                    { Learner: not null } => "learner",
                    _ => null,
                };
                if (kind is null) continue;
                boxes.Add(new Box(Invariant($"n{number}a{boxes.Count}"), kind, [kind, .. ActorText.Of(actor).Split(", ")], actor.IsAnswering));
                ends[kind].Add(boxes[^1].Id);
            }

            ShardReport[] shards = [.. node.Actors.Select(actor => actor.Shard).OfType<ShardReport>()];
            if (shards.Length > 0)
            {
                boxes.Add(new Box(Invariant($"n{number}s"), "shard",
                    [
                        shards.Length == 1 ? "1 shard" : Invariant($"{shards.Length} shards"), Invariant($"{shards.Sum(shard => shard.Leased):#,0} leased"),
                        Invariant($"{shards.Sum(shard => shard.Held):#,0} held"), Invariant($"{shards.Sum(shard => shard.Trained):#,0} trained"),
                    ], true));
                ends["shard"].Add(boxes[^1].Id);
            }

            frames.Add(new Frame(Invariant($"n{number}"), $"{node.Name}: {node.Status}", boxes, node.Status == "up"));
        }

        var rollouts = cluster.Actors.Select(actor => actor.Rollout).OfType<RolloutReport>().Sum(rollout => rollout.EpisodesPerSecond);
        var scorers = cluster.Actors.Select(actor => actor.Scorer).OfType<ScorerReport>().Sum(scorer => scorer.EpisodesPerSecond);
        return new TopologyFlow(frames,
        [
            .. Between("shard", "rollout", "leases"), .. Between("rollout", "scorer", $"{NumberText.Of(rollouts)} episodes/s"),
            .. Between("scorer", "shard", $"{NumberText.Of(scorers)} episodes/s"), .. Between("shard", "learner", "batches"), .. Between("learner", "rollout", "policy"),
        ]);

        IEnumerable<Arrow> Between(string from, string to, string label) => ends[from].SelectMany(start => ends[to].Select(end => new Arrow(start, end, label)));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A node.</summary>
    /// <param name="Id">Its name in the drawing.</param>
    /// <param name="Label">What stands on it.</param>
    /// <param name="Boxes">Its actors.</param>
    /// <param name="IsWell">Whether it is up.</param>
    public sealed record Frame(string Id, string Label, IReadOnlyList<Box> Boxes, bool IsWell);

    /// <summary>An actor, or all shards of a node.</summary>
    /// <param name="Id">Its name in the drawing.</param>
    /// <param name="Kind">What it is: <c>rollout</c>, <c>scorer</c>, <c>shard</c> or <c>learner</c>.</param>
    /// <param name="Lines">What stands on it.</param>
    /// <param name="IsWell">Whether it answers.</param>
    public sealed record Box(string Id, string Kind, IReadOnlyList<string> Lines, bool IsWell);

    /// <summary>From whom to whom episodes, batches or parameters go.</summary>
    /// <param name="From">The one.</param>
    /// <param name="To">The other.</param>
    /// <param name="Label">What goes.</param>
    public sealed record Arrow(string From, string To, string Label);
}
