using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>What commands show of a real cluster of processes, against what was done to it.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class ObservationTests(ToyWorkspace toy)
{
    private const int Stop = 19;
    private const int Continue = 18;
    private const int Kill = 9;

    [Fact]
    public async Task A_frozen_and_a_killed_node_stand_there_as_such_the_account_adds_up_and_stories_are_told()
    {
        using var run = await ToyRun.Make(toy);
        var core = run.Node("core", "learner,episodes,scorer");
        Child[] rollouts = [.. Enumerable.Range(1, 3).Select(number => run.Node($"rollout-{number}", "rollout"))];
        await core.Until(() => run.Steps.Any(step => step >= 3));
        Assert.Equal(HttpStatusCode.OK, await run.Post("core", "api/pause?reason=to%20look%20around"));
        var whole = await Topology(run, core, cluster => cluster.Nodes.Count(node => node.Status == "up") == 4 && cluster.Learner is { Phase: "paused" });
        Assert.Equal(["core", "rollout-1", "rollout-2", "rollout-3"], whole.Nodes.Select(node => node.Name));
        Assert.Equal(run.Processes.OrderBy(node => node.Key).Select(node => (int?)node.Value), whole.Nodes.Select(node => node.Pid));
        Assert.Equal("to look around", whole.Learner!.Reason);
        Assert.All(whole.Nodes.Skip(1), node => Assert.Equal("cpu", node.Actors.Single(actor => actor.Rollout is not null).Rollout!.Device));

        await AssertAccount(run);
        var why = await Json<Bottleneck>("why", "--node", Address(run), "--json");
        Assert.Equal((null, "training is paused: to look around; rlhf resume goes on", 5), (why.Stage, why.Verdict, why.Stages.Count));

        rollouts[1].Signal(Stop);
        rollouts[2].Signal(Kill);
        var maimed = await Topology(run, core, cluster => cluster.Nodes is [_, { Status: "up" }, { Status: not "up" }, { Status: not "up" }]);
        Assert.All(maimed.Nodes.Skip(2), node => Assert.Equal((null, 0, false), (node.Pid, node.Actors.Count, node.Silence is null)));
        var gone = await Topology(run, core, cluster => cluster.Nodes.Skip(2).All(node => node.Status == NodeReport.Gone)); // the others have found them dead
        Assert.All(gone.Nodes.Skip(2), node => Assert.NotNull(node.GoneSince));
        rollouts[1].Signal(Continue);
        Assert.Equal(ExitCode.TryAgain, (await rollouts[1].End()).Code); // it finds out itself

        await AssertAccount(run);
        var story = await Json<EpisodeStory>("episodes", "3", "--node", Address(run), "--json");
        Assert.Equal((StoryPhase.Trained, 1L, 0L, 0), (story.Phase, story.Update, story.PolicyVersion, story.Shard));
        Assert.StartsWith("rollout-", story.Rollout, StringComparison.Ordinal);
        Assert.NotEmpty(story.Prompt!);
        Assert.NotEmpty(story.Reference!);
        Assert.True(story.GeneratedAt < story.ScoredAt && story.ScoredAt <= story.TrainedAt, $"{story.GeneratedAt:O} {story.ScoredAt:O} {story.TrainedAt:O}");
        var beta = run.Records.First().Metrics["objective/kl_coef"];
        Assert.Equal(story.Score!.Value - beta * story.Tokens.Sum(token => token.LogProbability - token.Reference), story.Reward!.Value, 5);
        var last = await Json<EpisodeStory>("episodes", "1023", "--node", Address(run), "--json");
        Assert.Equal((StoryPhase.Unissued, 32L, null), (last.Phase, last.Update, last.Summary));

        Assert.Equal(HttpStatusCode.OK, await run.Post("core", "api/resume"));
        var ended = await core.End();
        Assert.True(ended.Code == 0, ended.Error);
        await run.AssertWhole(toy);
    }

    private static string Address(ToyRun run) => NodeFile.All(run.Folder).Single(node => node.Name == "core").Address;

    private static async Task AssertAccount(ToyRun run)
    {
        var outcome = await Shell.Run("episodes", "--node", Address(run), "--json");
        var account = JsonSerializer.Deserialize<EpisodeAccount>(outcome.Output, OperationsJson.Options)!;
        Assert.True(outcome.Code == 0, outcome.Output);
        Assert.All(account.Shards, shard => Assert.Equal(shard.Episodes, shard.Unissued + shard.Leased + shard.Held + shard.Trained));
        Assert.Equal(ToyRun.Updates * 32, account.Shards.Sum(shard => shard.Episodes));
        Assert.Equal(run.Steps.Count() * 32, account.Trained);
        Assert.All(account.Invariants, check => Assert.True(check.Holds));
    }

    private static async Task<ClusterReport> Topology(ToyRun run, Child alive, Func<ClusterReport, bool> condition)
    {
        ClusterReport cluster = null!;
        await alive.Until(async () =>
        {
            cluster = await Json<ClusterReport>("topology", "--node", Address(run), "--json");
            return condition(cluster);
        });
        return cluster;
    }

    private static async Task<T> Json<T>(params string[] line)
    {
        var outcome = await Shell.Run(line);
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonSerializer.Deserialize<T>(outcome.Output, OperationsJson.Options)!;
    }
}
