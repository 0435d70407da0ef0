using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using ActorRlhf.Cli.Tests.Commands;

namespace ActorRlhf.Cli.Tests.Operator;

/// <summary>The command line against a real cluster of processes, which it finds by itself.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class RealClusterTests(ToyWorkspace toy)
{
    private const int Killed = 9, Continue = 18, Stop = 19;

    [Fact]
    public async Task A_cluster_obeys_the_command_line_and_the_journal_says_who_wanted_what()
    {
        using var run = await ToyRun.Make(toy, "rlhf.ppo.total-episodes=1048576");
        run.Environment = [new("XDG_STATE_HOME", run.In("state"))];
        var cluster = run.Command("up", "--rollouts", "2");
        await cluster.Until(() => run.Steps.Any(step => step >= 3));

        Assert.Contains("pauses", await Done("pause", "--reason", "a drill"), StringComparison.Ordinal);
        await cluster.Until(async () => await run.Status("scorer-1") is { Phase: "paused", Reason: "a drill" });
        var paused = run.Steps.Last();
        await Done("set", "rlhf.ppo.kl-coefficient", "0.0625", "--reason", "less of it");
        Assert.Contains("rlhf.ppo.seed cannot be changed while the run goes on", await Refused("set", "rlhf.ppo.seed", "2"), StringComparison.Ordinal);
        Assert.Equal(paused, run.Steps.Last());
        await Done("resume");
        await cluster.Until(() => run.Records.Last().Metrics["objective/kl_coef"] == 0.0625);
        Assert.All(run.Records.Where(record => record.Step <= paused), record => Assert.NotEqual(0.0625, record.Metrics["objective/kl_coef"]));

        await Done("checkpoint");
        Assert.Contains("there is no node rollout-9", await Refused("drain", "rollout-9"), StringComparison.Ordinal);
        await Done("drain", "rollout-1");
        Assert.Contains("the learner is on the node at", (await Operate("logs", "rollout-2", "-n", "1000")).Output, StringComparison.Ordinal);
        await Done("leave", "rollout-2", "-m", "the end of the drill");
        await cluster.Until(() => !File.Exists(Path.Combine(run.Folder, "nodes", "rollout-2.json")));

        using var audit = JsonDocument.Parse((await Operate("audit", "--json")).Output);
        string[] entries =
        [
            .. audit.RootElement.EnumerateArray().Select(entry => string.Create(
                CultureInfo.InvariantCulture, $"{entry.GetProperty("action")} {entry.GetProperty("argument")} | {entry.GetProperty("reason")} | {entry.GetProperty("done")}")),
        ];
        Assert.Equal(
            [
                "pause  | a drill | True", "set rlhf.ppo.kl-coefficient = 0.0625 | less of it | True", "set rlhf.ppo.seed = 2 |  | False", "resume  |  | True", "checkpoint  |  | True",
                "drain rollout-1 |  | True", "leave rollout-2 | the end of the drill | True",
            ],
            entries);
        Assert.All(audit.RootElement.EnumerateArray(), entry => Assert.Equal($"{Environment.UserName}@{Environment.MachineName}", entry.GetProperty("operator").GetString()));

        cluster.Signal(2);
        Assert.Equal(130, (await cluster.End()).Code);
        var ended = await Operate("checkpoint");
        Assert.Equal(1, ended.Code);
        Assert.Contains($"the run in {run.Folder}, the last that was started on this machine, has no nodes", ended.Error, StringComparison.Ordinal);

        Task<Outcome> Operate(params string[] line) => RealClusterTests.Operate(run, line);

        async Task<string> Done(params string[] line)
        {
            var outcome = await Operate(line);
            Assert.True(outcome.Code == 0, $"{string.Join(' ', line)}: {outcome.Error}");
            return outcome.Output;
        }

        async Task<string> Refused(params string[] line)
        {
            var outcome = await Operate(line);
            Assert.Equal(1, outcome.Code);
            return outcome.Error;
        }
    }

    [Fact]
    public async Task What_is_done_to_nodes_is_what_topology_shows()
    {
        using var run = await ToyRun.Make(toy, "rlhf.ppo.total-episodes=1048576");
        run.Environment = [new("XDG_STATE_HOME", run.In("state"))];
        var cluster = run.Command("up", "--rollouts", "2");
        await cluster.Until(() => run.Steps.Any(step => step >= 3));

        var frozen = run.Processes["rollout-1"];
        Assert.Equal(0, Child.Kill(frozen, Stop));
        await Shows("rollout-1", node => node.Status != "up");
        Assert.Equal(0, Child.Kill(frozen, Continue)); // it goes on, or finds that it was put out and is started again
        await Shows("rollout-1", node => node is { Status: "up", Process: not null });

        var killed = run.Processes["rollout-2"];
        Assert.Equal(0, Child.Kill(killed, Killed));
        await Shows("rollout-2", node => node.Status == "up" && node.Process != killed);

        Assert.Equal(0, (await Operate(run, "drain", "rollout-2")).Code);
        await Shows("rollout-2", node => node is { Status: "up", IsWriting: false });
        await Shows("rollout-1", node => node is { Status: "up", IsWriting: true });
        Assert.Equal(0, (await Operate(run, "episodes")).Code); // the account adds up

        Task Shows(string name, Func<(string Status, int? Process, bool IsWriting), bool> condition) => cluster.Until(async () =>
        {
            var outcome = await Operate(run, "topology", "--json");
            if (outcome.Code != 0) return false; // from one who has just gone
            using var topology = JsonDocument.Parse(outcome.Output);
            return topology.RootElement.GetProperty("nodes").EnumerateArray().Where(node => node.GetProperty("name").GetString() == name).Any(node => condition((
                node.GetProperty("status").GetString()!,
                node.TryGetProperty("pid", out var process) && process.ValueKind == JsonValueKind.Number ? process.GetInt32() : null,
                node.GetProperty("actors").EnumerateArray().Any(actor => actor.GetProperty("path").GetString()!.EndsWith("/user/rollout", StringComparison.Ordinal)
                    && actor.GetProperty("state").GetString() != "stopped"))));
        });
    }

    private static async Task<Outcome> Operate(ToyRun run, params string[] line)
    {
        using var child = Child.StartIn(Environment.CurrentDirectory, run.Environment, line);
        return await child.End();
    }
}
