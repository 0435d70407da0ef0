using System.Diagnostics;
using System.Runtime.Versioning;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>Real clusters of real processes.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class UpTests(ToyWorkspace toy) : IDisposable
{
    private const int Killed = 9;
    private const int Stopped = 15;

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_cluster_whose_every_kind_of_node_is_killed_ends_with_the_bits_of_a_single_process()
    {
        var (model, reward) = await toy.Models;
        await Done(Configured("ppo", "alone", model, reward));
        using var cluster = Child.Start(["up", "--rollouts", "2", "--scorers", "1", "--standbys", "1", .. Configured("up", "up", model, reward)[1..]]);
        foreach (var (step, name) in new[] { (3, "rollout-1"), (8, "learner"), (14, "scorer-1"), (20, "standby-1") })
        {
            await cluster.Until(() => Reached(step));
            Signal(name, Killed);
        }

        var ended = await cluster.End();
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Contains("learner has ended (signal 9)", ended.Error, StringComparison.Ordinal);
        Assert.True(
            File.ReadAllBytes(In("alone/model/model.safetensors")).SequenceEqual(File.ReadAllBytes(In("up/model/model.safetensors"))), "the weights differ");
        Assert.Equal(Enumerable.Range(1, 32), MetricsLog.Read(In("up/metrics.jsonl")).Select(record => (int)record.Step));
        Assert.DoesNotContain(NodeFile.All(In("up")), node => IsAlive(node.ProcessId));
    }

    [Fact]
    public async Task A_node_that_is_told_to_leave_leaves_and_the_others_go_on()
    {
        var (model, reward) = await toy.Models;
        using var cluster = Child.Start(["up", "--rollouts", "2", .. Configured("up", "up", model, reward)[1..]]);
        await cluster.Until(() => Reached(3));
        Signal("rollout-2", Stopped);
        var ended = await cluster.End();
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Contains("rollout-2 was told to leave, and has left", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("has ended", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_stops_all_processes_and_the_run_goes_on_from_there_in_a_single_one()
    {
        var (model, reward) = await toy.Models;
        await Done(Configured("ppo", "alone", model, reward));
        using (var cluster = Child.Start(["up", "--rollouts", "1", .. Configured("up", "up", model, reward)[1..]]))
        {
            await cluster.Until(() => Reached(5));
            cluster.Signal(2);
            var stopped = await cluster.End();
            Assert.Equal(130, stopped.Code);
            Assert.Empty(NodeFile.All(In("up")));
            foreach (var log in Directory.EnumerateFiles(In("up/logs"))) Assert.DoesNotContain("has not settled", File.ReadAllText(log), StringComparison.Ordinal);
        }

        var done = MetricsLog.Read(In("up/metrics.jsonl")).Last().Step;
        Assert.True(Directory.Exists(In($"up/checkpoints/ppo/step-{done:D6}")), $"no checkpoint of step {done}");
        await Done(Configured("ppo", "up", model, reward));
        Assert.True(
            File.ReadAllBytes(In("alone/model/model.safetensors")).SequenceEqual(File.ReadAllBytes(In("up/model/model.safetensors"))), "the weights differ");
    }

    [Theory]
    [InlineData("up --rollouts many", 2, "--rollouts is many; it is a number from 1 to 256")]
    [InlineData("up --rollouts 0", 2, "--rollouts is 0; it is a number from 1 to 256")]
    [InlineData("up", 1, "rlhf.cluster.model is not set")]
    [InlineData("up --model nowhere --reward nowhere", 1, "nowhere: no config.json")]
    [InlineData("node --roles learner,rolout", 2, "rolout is no role; roles are learner, episodes, rollout, scorer")]
    [InlineData("node", 2, "--roles")]
    public async Task What_is_wrong_is_named(string line, int code, string said)
    {
        var run = await Shell.Run([.. line.Split(' '), "--config", toy.Config, .. line.StartsWith("up", StringComparison.Ordinal) ? (string[])["--out", In("run")] : []]);
        Assert.Equal(code, run.Code);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("run")));
    }

    private static bool IsAlive(int process)
    {
        try
        {
            using var _ = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private string[] Configured(string command, string name, string model, string reward) =>
    [
        command, "--config", toy.Config, "--out", In(name), "--model", model, "--reward", reward, "--set", "rlhf.ppo.total-episodes=1024",
        "--set", "rlhf.ppo-schedule.checkpoint-every=4", "--set", "rlhf.ppo-schedule.evaluate-every=100",
    ];

    private string In(string name) => Path.Combine(_folder, name);

    private bool Reached(long step) => MetricsLog.Read(In("up/metrics.jsonl")).Any(record => record.Step >= step);

    private void Signal(string node, int number)
    {
        var file = NodeFile.All(In("up")).Single(file => file.Name == node);
        Assert.Equal(0, Child.Kill(file.ProcessId, number));
    }

    private static async Task Done(string[] args)
    {
        var run = await Shell.Run(args);
        Assert.True(run.Code == 0, $"{string.Join(' ', args)}: {run.Error}");
    }
}
