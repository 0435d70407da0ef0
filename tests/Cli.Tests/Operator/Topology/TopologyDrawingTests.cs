using ActorRlhf.Cli.Operator.Topology;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Tests.Operator.Topology;

public sealed class TopologyDrawingTests
{
    private static readonly ClusterReport _cluster = SampleCluster.Report with
    {
        Nodes = [.. SampleCluster.Report.Nodes.Take(3).Select(node => node.Name == "rollout-1" ? node with { Name = "roll\"out<1>#" } : node)],
    };

    [Fact]
    public void For_Graphviz_there_is_a_frame_a_node_a_box_an_actor_and_an_arrow_along_the_episodes_way() => Assert.Equal(
        """
        digraph cluster {
          rankdir=LR;
          node [shape=box, style=rounded, fontname="sans-serif", fontsize=10];
          edge [fontname="sans-serif", fontsize=9];
          subgraph cluster_n0 {
            label="core: up";
            color=gray;
            n0a0 [label="learner\ntraining\nupdate 12/1954\nbatch 320/512\ncheckpoint 8 (35s ago)\n1.25 s/step"];
            n0s [label="2 shards\n256 leased\n200 held\n6,144 trained"];
          }
          subgraph cluster_n1 {
            label="roll\"out<1>#: up";
            color=gray;
            n1a0 [label="rollout\ncpu\n60/64 slots\n1,234 tokens/s\npolicy 11 (lag 1)\n7 to settle"];
          }
          subgraph cluster_n2 {
            label="rollout-2: unreachable";
            color=red;
            n2 [label="", shape=point, style=invis];
          }
          n0s -> n1a0 [label="leases"];
          n0s -> n0a0 [label="batches"];
          n0a0 -> n1a0 [label="policy"];
        }

        """.ReplaceLineEndings("\n"), TopologyDrawing.Dot(TopologyFlow.Of(_cluster)));

    [Fact]
    public void For_Mermaid_names_are_written_so_that_they_mean_nothing_to_it() => Assert.Equal(
        """
        flowchart LR
          subgraph n0["core: up"]
            n0a0["learner<br/>training<br/>update 12/1954<br/>batch 320/512<br/>checkpoint 8 (35s ago)<br/>1.25 s/step"]
            n0s["2 shards<br/>256 leased<br/>200 held<br/>6,144 trained"]
          end
          subgraph n1["roll#quot;out#lt;1#gt;#35;: up"]
            n1a0["rollout<br/>cpu<br/>60/64 slots<br/>1,234 tokens/s<br/>policy 11 (lag 1)<br/>7 to settle"]
          end
          subgraph n2["rollout-2: unreachable"]
            n2x[" "]:::stuck
          end
          n0s -->|"leases"| n1a0
          n0s -->|"batches"| n0a0
          n0a0 -->|"policy"| n1a0
          classDef stuck stroke:#c00

        """.ReplaceLineEndings("\n"), TopologyDrawing.Mermaid(TopologyFlow.Of(_cluster)));
}
