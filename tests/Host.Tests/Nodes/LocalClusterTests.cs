using System.Diagnostics;
using System.Runtime.Versioning;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Tests.Nodes;

/// <summary>How the processes of a local cluster leave; here each is a shell that writes down that it was told to.</summary>
[SupportedOSPlatform("linux")]
public sealed class LocalClusterTests : IDisposable
{
    private const string Leaves = "cat > /dev/null; echo \"$0 left\" >> left";
    private const string Hangs = "exec sleep 600";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Workers_leave_before_those_that_take_what_they_have()
    {
        await Stop(Patience, ("learner", NodeRoles.Learner | NodeRoles.Episodes, Leaves), ("scorer", NodeRoles.Scorer, Leaves), ("rollout", NodeRoles.Rollout, "cat > /dev/null; sleep 0.5; echo \"$0 left\" >> left"));
        Assert.Equal(["rollout left", "scorer left", "learner left"], Left());
    }

    [Fact]
    public async Task A_worker_that_hangs_is_killed_and_the_learner_leaves_in_good_order_all_the_same()
    {
        var ends = await Stop(TimeSpan.FromSeconds(1), ("learner", NodeRoles.Learner | NodeRoles.Episodes, Leaves), ("rollout", NodeRoles.Rollout, Hangs));
        Assert.Equal(["learner left"], Left());
        Assert.Equal([("rollout", 137), ("learner", 0)], ends);
    }

    public void Dispose() => _folder.Dispose();

    private string[] Left() => File.ReadAllLines(Path.Combine(_folder.Path, "left"));

    private async Task<IEnumerable<(string, int)>> Stop(TimeSpan farewell, params (string Name, NodeRoles Roles, string Script)[] nodes)
    {
        var cluster = new LocalCluster(place => Start(place.Name, nodes.Single(node => node.Name == place.Name).Script), _ => { }) { Farewell = farewell };
        foreach (var (name, roles, _) in nodes) cluster.Add(new NodePlace(name, roles));
        var started = Stopwatch.GetTimestamp();
        while (cluster.Processes.Count < nodes.Length)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "the processes do not start");
            await Task.Delay(1);
        }

        await cluster.DisposeAsync();
        return cluster.Ends.Select(end => (end.Node, end.Code));
    }

    private Process Start(string name, string script) => Process.Start(
        new ProcessStartInfo("/bin/sh", ["-c", script, name]) { RedirectStandardInput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path })!;
}
