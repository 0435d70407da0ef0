using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.Versioning;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>The learner stands still, and with it, after a while, everything else.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class PauseTests(ToyWorkspace toy)
{
    private const int Samples = 20;
    private const double MostGrowth = 16e6;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task While_training_is_paused_work_stops_memory_stays_flat_and_nothing_is_lost()
    {
        using var run = await ToyRun.Make(toy, "rlhf.cluster.max-policy-lag=2", "rlhf.ppo.importance-weight-cap=2");
        var cluster = run.Command("up", "--rollouts", "2");
        await cluster.Until(() => run.Steps.Any(step => step >= 8));
        Assert.Equal(HttpStatusCode.OK, await run.Post("rollout-2", "api/pause?reason=a%20drill")); // any node will do
        await cluster.Until(async () => await run.Status("scorer-1") is { Phase: "paused", Reason: "a drill" });
        await cluster.Until(() => IsIdle(run));

        var (paused, before, steps) = (run.Processes, Memory(run), run.Steps.Count());
        var most = before;
        for (var sample = 0; sample < Samples; sample++)
        {
            await Task.Delay(Between); // what is watched is that nothing happens
            most = most.Zip(Memory(run), Math.Max).ToArray();
        }

        Assert.Equal(steps, run.Steps.Count());
        Assert.Equal(paused, run.Processes);
        Assert.All(most.Zip(before), memory => Assert.True(memory.First - memory.Second < MostGrowth, $"{memory.Second / 1e6:0} MB have become {memory.First / 1e6:0} MB"));

        Assert.Equal(HttpStatusCode.OK, await run.Post("learner", "api/resume"));
        var ended = await cluster.End();
        Assert.True(ended.Code == 0, ended.Error);
        Assert.DoesNotContain("has ended", ended.Error, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, ToyRun.Updates), run.Steps);
    }

    // Bytes of every process that are in memory.
    private static double[] Memory(ToyRun run) => [.. run.Processes.Values.Select(process =>
        1024 * double.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^3], CultureInfo.InvariantCulture))];

    // Whether the processes that generate and score have used less than a tenth of a processor for a while.
    private static async Task<bool> IsIdle(ToyRun run)
    {
        var (before, began) = (Used(), Stopwatch.GetTimestamp());
        await Task.Delay(Between);
        return (Used() - before) / Stopwatch.GetElapsedTime(began) < 0.1;

        TimeSpan Used() => TimeSpan.FromTicks(run.Processes.Where(node => node.Key != "learner").Sum(node => Process.GetProcessById(node.Value).TotalProcessorTime.Ticks));
    }
}
