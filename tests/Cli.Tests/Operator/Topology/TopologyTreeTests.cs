using ActorRlhf.Cli.Operator.Topology;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Tests.Operator.Topology;

public sealed class TopologyTreeTests
{
    [Fact]
    public void At_80_columns_an_actor_takes_a_line_for_its_facts_and_one_for_what_it_says()
    {
        Assert.Equal(
            """
            run debian: 2 of 3 nodes up, training, update 12 of 1954, 1,234 tokens/s  (aske…
               actor                         type            state       mail   msg/s rest
            core  up  for 3h07m  learner,episodes  http://127.0.0.1:40000
               pid 4711, 512 MB, 1.3 of 4 processors busy, 31 threads, version 0.1.0
               09:29:01Z the disk is slow
            ├─ /system/sharding-episodes/0/0 EpisodeShard    running        0    0.50    0
            │     shard 0: 496,700 unissued, 128 leased, 100 held, 3,072 trained
            ├─ /system/sharding-episodes/1/1 EpisodeShard    running        0    0.50    0
            │     shard 1: 496,700 unissued, 128 leased, 100 held, 3,072 trained
            └─ /user/learner/learner/learner Learner         running        0    0.50    2
                  training, update 12/1954, batch 320/512, checkpoint 8 (35s ago), 1.25 s/s…
                  failed 5m ago: IOException: no space left on ␛[31mdevice
            rollout-1  up  for 3h07m  rollout  http://127.0.0.1:40000
               pid 4712, 800 MB, 4 processors, 20 threads, version 0.1.0
            ├─ /user/rollout                 Rollout         running        3    12.3    0
            │     cpu, 60/64 slots, 1,234 tokens/s, policy 11 (lag 1), 7 to settle
            └─ /user/scorer                  RewardScorer    running    2,000    0.50    0
                  does not answer: it is busy for long, or stuck
            rollout-2  unreachable (peers: up)  for 3h07m  rollout  http://127.0.0.1:40000
               it has not answered within 0.7 s
               silent to core
            old  gone since 1m  rollout  http://127.0.0.1:40000
               it is no member of the cluster any more
            """.ReplaceLineEndings("\n"), Text(80));
    }

    [Fact]
    public void Where_there_is_room_both_are_on_one_line()
    {
        var text = Text(200);
        Assert.Contains("├─ /user/rollout                 Rollout         running        3    12.3    0  cpu, 60/64 slots, 1,234 tokens/s, policy 11 (lag 1), 7 to settle\n", text);
        Assert.Contains("checkpoint 8 (35s ago), 1.25 s/step\n", text);
        Assert.Contains("(asked of core)", text);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(132)]
    [InlineData(145)]
    public void No_line_is_wider_than_the_terminal(int width) => Assert.All(TopologyTree.Render(SampleCluster.Report, width), line => Assert.InRange(line.Width, 1, width));

    [Fact]
    public void What_somebody_should_look_at_stands_out()
    {
        var lines = TopologyTree.Render(SampleCluster.Report, 200);
        Assert.Equal(
            ["unreachable", "it has not answered within 0.7 s", "silent to core", "gone", "it is no member of the cluster any more", "running", "does not answer: it is busy for long, or stuck"],
            lines.SelectMany(line => line.Pieces).Where(piece => piece.Tone == Tone.Bad && !piece.Text.StartsWith("failed", StringComparison.Ordinal)).Select(piece => piece.Text.Trim())
                .OrderBy(text => Array.IndexOf(["unreachable", "it has not answered within 0.7 s", "silent to core", "gone", "it is no member of the cluster any more", "running"], text) is var at and >= 0 ? at : 9));
        Assert.Contains(lines[0].Pieces, piece => piece is { Text: ": 2 of 3 nodes up", Tone: Tone.Warning });
    }

    [Fact]
    public void A_cluster_without_a_learner_says_so()
    {
        var bare = SampleCluster.Report with { Nodes = [.. SampleCluster.Report.Nodes.Skip(1)] };
        Assert.StartsWith("run debian: 1 of 2 nodes up, no learner answers, 1,234 tokens/s", TopologyTree.Render(bare, 200)[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_terminal_shows_a_page_of_it_that_keys_scroll()
    {
        var lines = TopologyTree.Render(SampleCluster.Report, 80);
        var page = TopologyWatch.Page(lines, 3, 80, 10, "no answer");
        Assert.Equal(lines.Skip(3).Take(9), page.Take(9));
        Assert.Equal($"q quit  ↑↓ scroll: lines 4 to 12 of {lines.Count}  no answer", page[9].ToString());
        Assert.Equal(40, TopologyWatch.Page(lines, 0, 80, 40, "").Count);
        Assert.Equal("q quit", TopologyWatch.Page(lines, 0, 80, 40, "")[^1].ToString());
        Assert.Equal([1, -1, 8, -8, null, null, 0],
            new[] { ConsoleKey.DownArrow, ConsoleKey.UpArrow, ConsoleKey.PageDown, ConsoleKey.PageUp, ConsoleKey.Q, ConsoleKey.Escape, ConsoleKey.X }
                .Select(key => TopologyWatch.Step(new ConsoleKeyInfo('\0', key, false, false, false), 8)));
    }

    private static string Text(int width) => string.Join('\n', TopologyTree.Render(SampleCluster.Report, width));
}
