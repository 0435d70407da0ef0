using System.Runtime.Versioning;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>A learner and its standby that have the database in common and no folder, as on two machines.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class StandbyTests(ToyWorkspace toy)
{
    private const int Killed = 9;

    [Fact]
    public async Task A_standby_with_a_folder_of_its_own_takes_over_from_its_copy_of_the_checkpoint_and_ends_with_the_same_weights()
    {
        using var run = await ToyRun.Make(toy);
        var elsewhere = run.In("elsewhere");
        string[] database = ["--set", $"rlhf.cluster.connection-string=\"Data Source={run.In("run.db")}\""];
        var learner = run.Node("learner", "learner,episodes", [.. database, "--set", $"rlhf.cluster.directory={elsewhere}"]);
        await learner.Until(() => File.Exists(NodeFile.PathOf(elsewhere, "learner")));
        var standby = run.Node("standby", "learner,episodes", database);
        await standby.Until(async () => (await run.Status("standby"))?.Learner is not null);
        var worker = run.Node("worker", "rollout,scorer", database);

        await standby.Until(async () => (await run.Status("standby"))?.StandbyVersion > 0);
        learner.Signal(Killed);
        var dead = NodeFile.All(elsewhere).Single(file => file.Name == "learner").Member;
        Assert.Equal(System.Net.HttpStatusCode.Accepted, await run.Post("standby", $"members/down?member={Uri.EscapeDataString(dead)}"));

        foreach (var node in new[] { standby, worker })
        {
            var ended = await node.End();
            Assert.True(ended.Code == 0, ended.Error);
            if (node == standby) Assert.Contains("ppo: going on after ", ended.Error, StringComparison.Ordinal);
        }

        Assert.Matches("the checkpoint of step [0-9]+ is copied from learner: [0-9.]+ MB in [0-9.]+ s", run.Log("standby"));
        Assert.False(Directory.Exists(Path.Combine(elsewhere, NodeRun.Result)));
        await run.AssertWhole(toy);
    }
}
