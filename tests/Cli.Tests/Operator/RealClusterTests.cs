using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Cli.Tests.Commands;
using ActorRlhf.Host.Operations;

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
        var up = run.Command("up", "--rollouts", "2");
        await up.Until(() => run.Steps.Any(step => step >= 3));

        var frozen = run.Processes["rollout-1"];
        Assert.Equal(0, Child.Kill(frozen, Stop));
        await Shows(cluster => cluster["rollout-1"].Status != "up");
        Assert.Equal(0, Child.Kill(frozen, Continue)); // it goes on, or finds that it was put out and is started again
        await Shows(cluster => cluster["rollout-1"] is { Status: "up", Pid: not null });

        var killed = run.Processes["rollout-2"];
        Assert.Equal(0, Child.Kill(killed, Killed));
        await Shows(cluster => cluster["rollout-2"].Status == "up" && cluster["rollout-2"].Pid is { } process && process != killed);

        await using (new Throttle(run.Processes["rollout-1"]))
        {
            await Shows(cluster => cluster["rollout-1"].Status == "up" && Speed(cluster["rollout-1"]) < Speed(cluster["rollout-2"]) / 2);
            var step = run.Steps.Last();
            await up.Until(() => run.Steps.Last() > step); // the other does its share
        }

        Assert.Equal(0, (await Operate(run, "drain", "rollout-2")).Code);
        await Shows(cluster => cluster["rollout-2"].Status == "up" && Speed(cluster["rollout-2"]) is null && Speed(cluster["rollout-1"]) > 0);
        Assert.Equal(0, (await Operate(run, "episodes")).Code); // the account adds up
        up.Signal(2);
        Assert.Equal(130, (await up.End()).Code);

        static double? Speed(NodeReport node) => node.Actors.FirstOrDefault(actor => actor.State != ActorState.Stopped && actor.Rollout is not null)?.Rollout!.TokensPerSecond;

        Task Shows(Func<Dictionary<string, NodeReport>, bool> condition) => up.Until(async () =>
        {
            var outcome = await Operate(run, "topology", "--json");
            return outcome.Code == 0 // not asked of one who has just gone
                && condition(JsonSerializer.Deserialize<ClusterReport>(outcome.Output, OperationsJson.Options)!.Nodes.ToDictionary(node => node.Name));
        });
    }

    private static async Task<Outcome> Operate(ToyRun run, params string[] line)
    {
        using var child = Child.StartIn(Environment.CurrentDirectory, run.Environment, line);
        return await child.End();
    }
}
