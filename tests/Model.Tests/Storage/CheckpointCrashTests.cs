using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Model.Tests.Storage;

public sealed class CheckpointCrashTests
{
    private const int Values = 200_000;

    [Fact]
    public void A_process_killed_at_any_moment_leaves_its_last_finished_checkpoint_loadable()
    {
        using var folder = new TemporaryDirectory();
        var store = new CheckpointStore(folder.Path);
        var random = new Random(20);
        float[] weights = new float[Values], moments = new float[Values];
        var into = new CheckpointContent
        {
            Networks = new Dictionary<string, INamedTensors> { ["policy"] = new ArrayTensors().Add("w", weights, Values) },
            Optimizers = new Dictionary<string, INamedTensors> { ["policy"] = new ArrayTensors().Add("exp_avg", moments, Values) },
        };
        long finished = 0;
        var killedWhileWriting = 0;
        for (var kill = 0; kill < 20; kill++)
        {
            var last = RunAndKill(folder.Path, random);
            Assert.True(last > finished, $"kill {kill}: the writer restarted at {last}, behind {finished}");
            finished = last;
            if (Directory.EnumerateFileSystemEntries(folder.Path, ".*").Any()) killedWhileWriting++;

            var loaded = store.LoadLatest(into);
            Assert.NotNull(loaded);
            Assert.Empty(loaded.Messages);
            var step = loaded.State.Step;
            Assert.True(step >= finished, $"kill {kill}: step {finished} was finished, but {step} is the latest");
            Assert.Equal(step, loaded.State.Seed);
            Assert.Equal(-1, weights.AsSpan().IndexOfAnyExcept(step));
            Assert.Equal(-1, moments.AsSpan().IndexOfAnyExcept(-step));
            Assert.All(store.List(), checkpoint => Assert.Null(Checkpoint.Damage(checkpoint)));
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path, ".*"));
        }
        Assert.True(killedWhileWriting > 0, "no kill fell into a write; the test has lost its point");
    }

    /// <summary>Runs the writer and kills it (SIGKILL) some microseconds to milliseconds after one of its saves.</summary>
    /// <returns>The last step whose save it reported.</returns>
    private static long RunAndKill(string directory, Random random)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ActorRlhf.Model.Tests.Writer.dll");
        using var writer = Process.Start(new ProcessStartInfo("dotnet", [program, directory, Values.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        try
        {
            var saves = random.Next(1, 4);
            string? line = null;
            for (var i = 0; i < saves; i++) line = writer.StandardOutput.ReadLine();
            Assert.NotNull(line);
            var moment = Stopwatch.GetTimestamp() + (long)(random.NextDouble() * 0.02 * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < moment) Thread.SpinWait(20);
            writer.Kill();
            var rest = writer.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return long.Parse(rest.LastOrDefault() ?? line, CultureInfo.InvariantCulture);
        }
        finally
        {
            writer.Kill();
            writer.WaitForExit();
        }
    }
}
