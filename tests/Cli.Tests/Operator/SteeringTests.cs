using ActorRlhf.Cli.Tests.Commands;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Cli.Tests.Operator;

public sealed class SteeringTests
{
    [Theory]
    [InlineData("pause|--reason|KL looks odd", "/api/pause", "?reason=KL looks odd")]
    [InlineData("resume", "/api/resume", "")]
    [InlineData("resume|--accept-alarm|KL|reward|--reason|as planned", "/api/resume", "?reason=as planned&accept=KL&accept=reward")]
    [InlineData("drain|rollout-1", "/api/drain", "?node=rollout-1")]
    [InlineData("leave|rollout-1|-m|too slow & loud", "/api/leave", "?node=rollout-1&reason=too slow & loud")]
    [InlineData("checkpoint", "/api/checkpoint", "")]
    [InlineData("set|rlhf.ppo.kl-coefficient|0.07|--reason|less drift", "/api/set", "?key=rlhf.ppo.kl-coefficient&value=0.07&reason=less drift")]
    [InlineData("set|rlhf.ppo.kl-coefficient|-0.07", "/api/set", "?key=rlhf.ppo.kl-coefficient&value=-0.07")]
    public async Task What_an_operator_says_reaches_a_node_with_who_says_it(string line, string path, string query)
    {
        await using var node = await ToyNode.Start();
        var run = await Shell.Run([.. line.Split('|'), "--node", node.Address]);
        Assert.Equal(new Outcome(0, "it is done\n", ""), run);
        var act = Assert.Single(node.Acts);
        Assert.Equal((path, query), (act.Path, act.Query));
        Assert.Equal($"{Environment.UserName}@{Environment.MachineName}", act.Who);
    }

    [Fact]
    public async Task What_was_done_is_json_for_programs()
    {
        await using var node = await ToyNode.Start();
        var run = await Shell.Run("checkpoint", "--json", "--node", node.Address);
        Assert.Equal("{\n  \"done\": \"it is done\"\n}\n", run.Output);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_the_nodes_words_and_nothing_of_it_commands_the_terminal()
    {
        await using var node = await ToyNode.Start(act: _ => Results.Json(new { error = "training is paused already: \u001b[2Jby anna" }, statusCode: 409));
        var run = await Shell.Run("pause", "--reason", "x", "--node", node.Address);
        Assert.Equal(new Outcome(1, "", "rlhf: training is paused already: ␛[2Jby anna\n"), run);
    }

    [Fact]
    public async Task A_read_only_token_is_said_to_be_one()
    {
        await using var node = await ToyNode.Start(act: _ => Results.Text("read-only", statusCode: 403));
        var run = await Shell.Run("checkpoint", "--node", node.Address);
        Assert.Equal(1, run.Code);
        Assert.Contains($"{node.Address} does not let this token do that (read-only)", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_the_command_is_of_another_version()
    {
        await using var node = await ToyNode.Start(act: _ => Results.NotFound());
        var run = await Shell.Run("checkpoint", "--node", node.Address);
        Assert.Equal($"rlhf: {node.Address} has no /api/checkpoint: it is no node, or of another version\n", run.Error);
    }

    [Fact]
    public async Task Nothing_is_done_twice_when_the_answer_is_lost()
    {
        await using var node = await ToyNode.Start(act: http =>
        {
            http.Abort();
            return Results.Ok();
        });
        var run = await Shell.Run("pause", "--reason", "x", "--node", node.Address);
        Assert.Equal(1, run.Code);
        Assert.Contains("whether it was done, rlhf audit says", run.Error, StringComparison.Ordinal);
        Assert.Single(node.Acts);
    }

    [Theory]
    [InlineData("pause", "--reason")]
    [InlineData("drain", "NODE")]
    [InlineData("set rlhf.ppo.kl-coefficient", "VALUE")]
    public async Task What_is_missing_on_the_command_line_is_named_with_exit_code_2(string line, string word)
    {
        var run = await Shell.Run(line.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(word, run.Error, StringComparison.OrdinalIgnoreCase);
    }
}
