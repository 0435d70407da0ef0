using System.Runtime.Versioning;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>More learners than there should be: one trains, whatever the others believe.</summary>
[Collection(ToyCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class TwoLearnersTests(ToyWorkspace toy)
{
    private const int Continue = 18;
    private const int Stop = 19;

    [Fact]
    public async Task A_second_learner_stands_by_and_one_that_was_frozen_meanwhile_writes_nothing_any_more()
    {
        using var run = await ToyRun.Make(toy);
        var first = run.Node("first", "learner,episodes");
        await first.Until(async () => (await run.Status("first"))?.Learner is not null);
        var second = run.Node("second", "learner,episodes");
        var worker = run.Node("worker", "rollout,scorer");
        await second.Until(async () => (await run.Status("second"))?.Learner is not null);
        var (one, two) = ((await run.Status("first"))!, (await run.Status("second"))!);
        Assert.Equal((one.Address, one.Address), (one.Learner, two.Learner));
        Assert.Contains("the learner is on this node", run.Log("first"), StringComparison.Ordinal);
        Assert.Contains($"the learner is on the node at {one.Address}; this one stands by", run.Log("second"), StringComparison.Ordinal);

        await second.Until(() => run.Steps.Any(step => step >= 6));
        await Freeze(first);
        var frozenAt = run.Steps.Last();
        await second.Until(() => run.Steps.Last() >= frozenAt + 3);
        first.Signal(Continue);

        var ended = await first.End();
        Assert.Equal(ExitCode.TryAgain, ended.Code);
        Assert.EndsWith("\nrlhf: the node was put out of the cluster: it was silent for too long, or somebody declared it dead\n", ended.Error, StringComparison.Ordinal);
        foreach (var node in new[] { second, worker })
        {
            var done = await node.End();
            Assert.True(done.Code == 0, done.Error);
        }

        await run.AssertWhole(toy);
    }

    [Fact]
    public async Task A_second_command_on_a_run_is_refused_and_so_is_a_second_node_of_a_name()
    {
        using var run = await ToyRun.Make(toy);
        var first = run.Command("up", "--rollouts", "1");
        await first.Until(() => run.Steps.Any());
        foreach (var command in new[] { "up", "ppo" })
        {
            var refused = await run.Command(command).End();
            Assert.Equal(1, refused.Code);
            Assert.Contains($"rlhf: {run.Folder}: in use by process {first.Id}; wait until it ends (or stop it), or start anew elsewhere with --out", refused.Error, StringComparison.Ordinal);
        }

        var named = await run.Node("scorer-1", "scorer").End();
        Assert.Equal(1, named.Code);
        Assert.Matches($"^rlhf: {run.Folder}: process [0-9]+ is its node scorer-1 already; give this one another name with --name, or stop that one\n$", named.Error);
        var done = await first.End();
        Assert.True(done.Code == 0, done.Error);
        Assert.DoesNotContain("has ended", done.Error, StringComparison.Ordinal);
        await run.AssertWhole(toy);
    }

    // Not in the middle of a transaction: nobody else could write then, and they would end it.
    private static async Task Freeze(Child node)
    {
        for (node.Signal(Stop); Writes(); node.Signal(Stop))
        {
            node.Signal(Continue);
            await Task.Delay(1);
        }

        bool Writes() => File.ReadLines("/proc/locks").Any(line => line.Contains($" POSIX  ADVISORY  WRITE {node.Id} ", StringComparison.Ordinal));
    }
}
