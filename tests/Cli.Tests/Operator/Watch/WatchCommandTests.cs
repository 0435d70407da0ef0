using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using ActorRlhf.Cli.Commands;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Host.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorRlhf.Cli.Tests.Operator.Watch;

[SupportedOSPlatform("linux")]
public sealed class WatchCommandTests
{
    private int _asked;

    [Fact]
    public async Task Without_a_terminal_there_is_a_line_an_update_until_the_run_is_finished()
    {
        await using var node = await Start();
        var run = await Shell.Run("watch", "--node", node.Address);
        Assert.Equal((0, ""), (run.Code, run.Error));
        var lines = run.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length); // the third answer is like the second, the fourth finishes
        Assert.EndsWith(
            " training, update 8/64, 2,048/16,384 episodes, 8.53 episodes/s, 27:30 left, reward 4.00, KL 4.00, entropy 16.0, length 11.5, learning rate 1.2e-4, 5 nodes up", lines[0],
            StringComparison.Ordinal);
        Assert.Contains(" finished, update 64/64, 16,384/16,384 episodes", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_programs_the_lines_are_json()
    {
        await using var node = await Start();
        var run = await Shell.Run("watch", "--json", "--node", node.Address);
        Assert.Equal(0, run.Code);
        var first = JsonDocument.Parse(run.Output.Split('\n')[0]).RootElement;
        Assert.Equal(8, first.GetProperty("status").GetProperty("version").GetInt32());
        Assert.Equal(4.0, first.GetProperty("metrics").GetProperty("metrics").GetProperty("objective/score").GetDouble());
        Assert.Equal("up", first.GetProperty("nodes").GetProperty("rollout-1").GetString());
    }

    [Fact]
    public async Task A_run_that_failed_ends_it_with_the_reason()
    {
        await using var node = await Start(fails: true);
        var run = await Shell.Run("watch", "--node", node.Address);
        Assert.Equal(1, run.Code);
        Assert.Equal("rlhf: training has failed: the loss is NaN\n", run.Error);
    }

    [Fact]
    public async Task On_a_terminal_keys_steer_the_run_and_the_screen_is_given_back()
    {
        await using var node = await Start(isEndless: true);
        using var terminal = Terminal($"stty rows 24 columns 80; exec dotnet {Path.Combine(AppContext.BaseDirectory, "rlhf.dll")} watch --node {node.Address}");
        var seen = Read(terminal.StandardOutput);
        await seen.Until("#1234  score 0.50");
        await terminal.StandardInput.WriteAsync("p");
        await seen.Until("pause: why?");
        await terminal.StandardInput.WriteAsync("q is a letter\r");
        await seen.Until("it is done");
        Assert.Equal(("/api/pause", "?reason=q is a letter"), (node.Acts.Single().Path, node.Acts.Single().Query));
        await terminal.StandardInput.WriteAsync("q");
        await terminal.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.Equal(0, terminal.ExitCode);
        var all = await seen.All;
        Assert.Contains("\u001b[?1049h", all, StringComparison.Ordinal);
        Assert.Contains("\u001b[?25h\u001b[?1049l", all, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[31m", all, StringComparison.Ordinal); // the sample's own
    }

    [Fact]
    public async Task Ctrl_C_gives_the_screen_back_too_and_without_colours_there_are_none()
    {
        await using var node = await Start(isEndless: true);
        using var terminal = Terminal($"stty rows 24 columns 80; NO_COLOR=1 exec dotnet {Path.Combine(AppContext.BaseDirectory, "rlhf.dll")} watch --node {node.Address}");
        var seen = Read(terminal.StandardOutput);
        await seen.Until("#1234  score 0.50");
        await terminal.StandardInput.WriteAsync("\u0003");
        await terminal.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.Equal(130, terminal.ExitCode);
        var all = await seen.All;
        Assert.Contains("\u001b[?25h\u001b[?1049l", all, StringComparison.Ordinal);
        Assert.DoesNotMatch("\u001b\\[[0-9;]*3[0-9][0-9;]*m", all);
    }

    // Answers as a run after its eighth update, and from the fourth question on as one that is finished, or has failed.
    private Task<ToyNode> Start(bool fails = false, bool isEndless = false) => ToyNode.Start(
        map: application =>
        {
            application.MapGet("/api/topology", () => Json(SampleState.Training.Cluster));
            application.MapGet("/api/samples", () => Json(SampleState.Training.Samples));
            application.MapGet("/api/metrics", (long after) => Json(SampleState.Training.Metrics.Where(record => record.Step > after)));
        },
        status: () =>
        {
            var status = SampleState.Training.Status!;
            return isEndless || Interlocked.Increment(ref _asked) < 4 ? status
                : fails ? status with { Phase = "failed", Reason = "the loss is NaN" }
                : status with { Phase = "finished", Version = 64, TrainedEpisodes = 16_384 };
        });

    private static IResult Json<T>(T value) => Results.Json(value, OperationsJson.Options);

    private static Process Terminal(string command)
    {
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in (string[])["--default-signal=INT", "script", "-qefc", command, "/dev/null"]) start.ArgumentList.Add(word);
        start.Environment["TERM"] = "xterm-256color";
        start.Environment[Home.Variable] = "";
        return Process.Start(start)!;
    }

    private static Transcript Read(StreamReader output) => new(output);

    // What a terminal has been sent.
    private sealed class Transcript
    {
        private readonly System.Text.StringBuilder _text = new();
        private readonly Lock _lock = new();

        public Transcript(StreamReader output) => All = Task.Run(async () =>
        {
            var block = new char[4096];
            for (int count; (count = await output.ReadAsync(block)) > 0;)
            {
                lock (_lock) _text.Append(block, 0, count);
            }

            return _text.ToString();
        });

        public Task<string> All { get; }

        public async Task Until(string text)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (true)
            {
                lock (_lock)
                {
                    if (_text.ToString().Contains(text, StringComparison.Ordinal)) return;
                    Assert.False(patience.IsCancellationRequested, $"no {text} in {_text}");
                }

                await Task.Delay(5);
            }
        }
    }
}
