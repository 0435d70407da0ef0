using System.Text.Json;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Cli.Tests.Operator.Episodes;
using ActorRlhf.Cli.Tests.Operator.Topology;
using ActorRlhf.Host.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Cli.Tests.Operator;

/// <summary>What a node answers, as the commands print it.</summary>
public sealed class ObservationCommandTests
{
    [Fact]
    public async Task Topology_prints_the_tree_a_drawing_or_the_report_itself()
    {
        await using var node = await Answering("/api/topology", SampleCluster.Report);
        var tree = await Shell.Run("topology", "--node", node.Address);
        Assert.Equal((0, ""), (tree.Code, tree.Error));
        Assert.Contains("└─ /user/learner/learner/learner Learner         running        0    0.50    2  training, update 12/1954", tree.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', tree.Output);
        Assert.StartsWith("digraph cluster {", (await Shell.Run("topology", "--dot", "--node", node.Address)).Output, StringComparison.Ordinal);
        Assert.StartsWith("flowchart LR\n", (await Shell.Run("topology", "--mermaid", "--node", node.Address)).Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await Shell.Run("topology", "--json", "--node", node.Address)).Output);
        Assert.Equal("training", json.RootElement.GetProperty("nodes")[0].GetProperty("actors")[2].GetProperty("learner").GetProperty("phase").GetString());
        Assert.Equal("running", json.RootElement.GetProperty("nodes")[0].GetProperty("actors")[2].GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("--dot|--mermaid", "--dot and --mermaid: give one of them")]
    [InlineData("--watch|--dot", "--watch does not go with --dot")]
    public async Task Options_that_do_not_go_together_are_a_usage_error(string options, string said)
    {
        var run = await Shell.Run(["topology", .. options.Split('|')]);
        Assert.Equal(2, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_account_ends_with_exit_code_1_where_it_is_not_in_order()
    {
        await using var good = await Answering("/api/episodes", AccountTextTests.Account);
        var run = await Shell.Run("episodes", "--node", good.Address);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("The account is in order", run.Output, StringComparison.Ordinal);
        await using var bad = await Answering("/api/episodes", AccountTextTests.Violated);
        Assert.Equal(1, (await Shell.Run("episodes", "--node", bad.Address)).Code);
        var json = await Shell.Run("episodes", "--json", "--node", bad.Address);
        Assert.Equal(1, json.Code);
        Assert.Contains("\"is_sound\": false", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_episodes_story_is_told_and_one_that_there_is_not_is_an_error()
    {
        await using var node = await ToyNode.Start(map: application =>
        {
            application.MapGet("/api/episodes/5", () => Results.Json(StoryLinesTests.Told, OperationsJson.Options));
            application.MapGet("/api/episodes/99", () => Results.Json(new ActionAnswer(Error: "there is no episode 99; the run's are 0 to 31"), OperationsJson.Options, statusCode: 404));
        });
        Assert.Contains("generated  2026-01-31 09:30:00.000 UTC by rollout-1", (await Shell.Run("episodes", "5", "--node", node.Address)).Output, StringComparison.Ordinal);
        Assert.Equal(new Outcome(1, "", "rlhf: there is no episode 99; the run's are 0 to 31\n"), await Shell.Run("episodes", "99", "--node", node.Address));
        Assert.Equal(2, (await Shell.Run("episodes", "five", "--node", node.Address)).Code);
    }

    [Fact]
    public async Task Why_prints_the_verdict_and_the_numbers_behind_it()
    {
        await using var node = await Answering("/api/why", WhyTextTests.Why);
        var run = await Shell.Run("why", "--node", node.Address);
        Assert.StartsWith("Generation holds the run up: 2 rollouts busy 97% of the time. More rollouts.\n\ngeneration ██████████  97% 2 rollouts", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"stage\": \"generation\"", (await Shell.Run("why", "--json", "--node", node.Address)).Output, StringComparison.Ordinal);
    }

    private static Task<ToyNode> Answering<T>(string path, T answer) => ToyNode.Start(map: application => application.MapGet(path, () => Results.Json(answer, OperationsJson.Options)));
}
