using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>Real processes, killed and interrupted in the middle of a run.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed partial class ResumeTests(ToyWorkspace toy) : IDisposable
{
    private const int Killed = 128 + 9;

    private static readonly string[] Results =
        ["sft/model.safetensors", "comparisons/train.jsonl", "comparisons/validation.jsonl", "reward/model.safetensors", "ppo/model.safetensors", "summaries.json"];

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_killed_in_every_step_ends_with_the_very_bits_of_one_that_was_not()
    {
        var whole = await Start("whole").End();
        Assert.True(whole.Code == 0, whole.Error);

        // Steps that lie between two checkpoints, so that some work is done again.
        foreach (var (phase, step) in new[] { ("sft", 16), ("compare/train", 128), ("reward", 7), ("ppo", 5), ("ppo", 13) })
        {
            using var run = Start("killed");
            await run.Until(() => Reached("killed", phase, step));
            run.Signal(9);
            Assert.Equal(Killed, (await run.End()).Code);
        }
        var last = await Start("killed").End();
        Assert.True(last.Code == 0, last.Error);
        Assert.Contains("ppo: going on after", last.Error, StringComparison.Ordinal);

        Compare("whole", "killed");
    }

    [Fact]
    public async Task Ctrl_C_keeps_the_last_step_and_the_run_goes_on_from_there()
    {
        var whole = await Start("whole").End();
        Assert.True(whole.Code == 0, whole.Error);

        foreach (var (phase, step) in new[] { ("sft", 16), ("ppo", 5) })
        {
            using var run = Start("stopped");
            await run.Until(() => Reached("stopped", phase, step));
            run.Signal(2);
            var stopped = await run.End();
            Assert.Equal(130, stopped.Code);
            Assert.Contains("Stopping", stopped.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("rlhf:", stopped.Error, StringComparison.Ordinal);
            Assert.Empty(stopped.Output);

            // Nothing that the metrics have is lost: the checkpoint is of the last step written.
            var done = MetricsLog.Read(Metrics("stopped")).Last(record => record.Phase == phase).Step + (phase == "sft" ? 1 : 0);
            Assert.True(Directory.Exists(Path.Combine(_folder, $"stopped/checkpoints/{phase}/step-{done:D6}")), $"no checkpoint of {phase} step {done}");
        }
        var last = await Start("stopped").End();
        Assert.True(last.Code == 0, last.Error);

        Compare("whole", "stopped");
    }

    private Child Start(string name) => Child.Start(
        "demo", "--config", toy.Config, "--out", Path.Combine(_folder, name), "--set", "rlhf.sft.epochs=12", "--set", "rlhf.comparisons.train=224",
        "--set", "rlhf.ppo.total-episodes=1280", "--set", "rlhf.ppo-schedule.checkpoint-every=4", "--set", "rlhf.reward-schedule.checkpoint-every=3");

    private string Metrics(string name) => Path.Combine(_folder, name, "metrics.jsonl");

    private bool Reached(string name, string phase, long step) => MetricsLog.Read(Metrics(name)).Any(record => record.Phase == phase && record.Step >= step);

    private void Compare(string one, string other)
    {
        foreach (var file in Results)
            Assert.True(File.ReadAllBytes(Path.Combine(_folder, one, file)).SequenceEqual(File.ReadAllBytes(Path.Combine(_folder, other, file))), $"{file} differs");
        Assert.Equal(Figures(one), Figures(other));
    }

    // What was measured, without what depends on the clock.
    private IEnumerable<string> Figures(string name) => MetricsLog.Read(Metrics(name)).Where(record => !record.Phase.StartsWith("compare", StringComparison.Ordinal))
        .Select(record => $"{record.Phase} {record.Step}: " + string.Join(", ", record.Metrics.Where(figure => !Timed().IsMatch(figure.Key)).Select(figure => $"{figure.Key} {figure.Value:R}")));

    [GeneratedRegex("per_second|^time/|elapsed/time")]
    private static partial Regex Timed();
}
