using System.Text.Json;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Host.Operations;
using Microsoft.AspNetCore.Builder;
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
    [InlineData("checkpoint|-m|before the night", "/api/checkpoint", "?reason=before the night")]
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

    [Fact]
    public async Task The_audit_journal_is_shown_with_what_came_of_each_action()
    {
        var at = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
        AuditEntry[] entries =
        [
            new() { Id = 1, At = at, Operator = "ann@desk", From = "127.0.0.1", Node = "learner", Action = "pause", Reason = "KL \u001b[31mlooks odd", Outcome = "training pauses", Done = true },
            new() { Id = 2, At = at.AddSeconds(61), Operator = "bob@desk", From = "10.0.0.7", Node = "learner", Action = "drain", Argument = "scorer-1", Outcome = "no such node", Done = false },
            new() { Id = 3, At = at.AddHours(1), Operator = "bob@desk", From = "10.0.0.7", Node = "learner", Action = "leave", Argument = "scorer-2" },
        ];
        await using var node = await ToyNode.Start(map: application => application.MapGet("/api/audit", (int last) => Results.Json(entries.TakeLast(last), OperationsJson.Options)));
        Assert.Equal(
            """
            2026-01-31 09:30:00  ann@desk (127.0.0.1): pause
                why: KL ␛[31mlooks odd
                done: training pauses
            2026-01-31 09:31:01  bob@desk (10.0.0.7): drain scorer-1
                not done: no such node
            2026-01-31 10:30:00  bob@desk (10.0.0.7): leave scorer-2
                unknown: the node ended meanwhile, or is still at it

            """,
            (await Shell.Run("audit", "--node", node.Address)).Output);
        using var json = JsonDocument.Parse((await Shell.Run("audit", "--last", "2", "--json", "--node", node.Address)).Output);
        Assert.Equal([2, 3], json.RootElement.EnumerateArray().Select(entry => entry.GetProperty("id").GetInt32()));
    }

    [Theory]
    [InlineData("audit --last 0", "--last is 0")]
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
