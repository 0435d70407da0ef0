using ActorRlhf.Cli.Terminal;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorRlhf.Cli.Tests.Operator;

public sealed class LogsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_last_lines_of_a_nodes_log_are_shown_and_followed_until_it_ends()
    {
        using var log = NodeLog.ToFile(Path.Combine(_folder, "one.log"));
        using var http = new HttpClient();
        var logger = log.CreateLogger("test");
        await using var node = await ToyNode.Start("one", new LogEndpoint("one", log, _ => null, http).Map);
        foreach (var i in Enumerable.Range(1, 9)) logger.LogInformation("line {I}", i);
        var shown = await Shell.Run("logs", "one", "--lines", "2", "--node", node.Address);
        Assert.Equal((0, ""), (shown.Code, shown.Error));
        Assert.Equal(["line 8", "line 9"], shown.Output.TrimEnd('\n').Split('\n').Select(line => line[^6..]));

        var followed = Shell.Run("logs", "one", "-n", "1", "-f", "--node", node.Address);
        await node.Until("/api/logs", 2);
        logger.LogInformation("line 10");
        log.Dispose();
        Assert.Equal(["line 9", "line 10"], (await followed).Output.TrimEnd('\n').Split('\n').Select(line => line[line.IndexOf("line", StringComparison.Ordinal)..]));
    }

    [Fact]
    public async Task A_log_for_programs_is_shown_to_people_as_text_and_passed_on_to_programs_as_it_is()
    {
        using var log = NodeLog.ToFile(Path.Combine(_folder, "one.log"), new LogSettings { Format = LogFormat.Json }, "one");
        using var http = new HttpClient();
        await using var node = await ToyNode.Start("one", new LogEndpoint("one", log, _ => null, http).Map);
        log.CreateLogger("test").LogError(new InvalidOperationException("broken"), "episode {Episode} failed", 7);

        var piped = await Shell.Run("logs", "one", "--node", node.Address);
        Assert.Matches("""^{"time":"[^"]+","level":"error","category":"test","node":"one","message":"episode 7 failed","episode":7,"exception":".*broken"}\n$""", piped.Output);
        using var screen = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, await CommandLine.RunAsync(["logs", "one", "--node", node.Address], new OperatorConsole(screen, TextWriter.Null, isTerminal: true)));
        Assert.Matches("^[^ ]+ Error       test: episode 7 failed\nSystem.InvalidOperationException: broken\n$", screen.ToString());
    }

    [Fact]
    public async Task A_log_of_a_dead_node_is_said_to_be_one()
    {
        await using var node = await ToyNode.Start(map: application => application.MapGet("/api/logs", (HttpContext context) =>
        {
            context.Response.Headers[LogEndpoint.NoteHeader] = "one is dead";
            return "its last words\n";
        }));
        Assert.Equal(new Outcome(0, "its last words\n", "rlhf: one is dead\n"), await Shell.Run("logs", "one", "--node", node.Address));
    }

    [Fact]
    public async Task A_log_that_breaks_off_is_said_to()
    {
        var shown = new TaskCompletionSource();
        await using var node = await ToyNode.Start(map: application => application.MapGet("/api/logs", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("its last words\n");
            await context.Response.Body.FlushAsync();
            await shown.Task;
            context.Abort();
        }));
        using var output = new Lines(shown);
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(["logs", "one", "--node", node.Address], new OperatorConsole(output, error, isTerminal: false));
        Assert.Equal((1, "its last words\n"), (code, output.ToString()));
        Assert.Contains("the log of one breaks off", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_lines_are_a_mistake_of_the_command_line() =>
        Assert.Equal(2, (await Shell.Run("logs", "one", "--lines", "10001")).Code);

    private sealed class Lines(TaskCompletionSource shown) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            Write(value + "\n");
            shown.TrySetResult();
        }
    }
}
