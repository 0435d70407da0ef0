using System.Globalization;
using ActorRlhf.Engines.Tests.Akka.Persistence;
using Xunit.Abstractions;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>
/// How long the others do without a process that was killed, with the thresholds that the embedded engine has by default. Processes of one machine have one
/// monotonic clock: times are from before the kill to when the surviving process noted what it saw, less what that process waited for a processor
/// meanwhile (<see cref="Node.Lateness"/>), for a machine that is busy with something else says nothing about the thresholds.
/// </summary>
[Collection(Alone.Name)]
public sealed class FailoverContract(ITestOutputHelper output)
{
    private const double Death = 5_000, Failover = 10_000; // ms

    [Theory, OnSqlite, OnPostgres]
    public async Task A_killed_member_is_declared_dead_within_5_seconds(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync();
        var second = await cluster.AddAsync();
        var kill = await KillAsync(second, first);
        Check(await first.ExpectAsync($"downed {second.Address}"), kill, Death);
        Assert.Equal($"removed {second.Address} Down", await first.ExpectAsync("removed"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_singleton_of_a_killed_process_runs_elsewhere_within_10_seconds(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var (first, second) = await SingletonContract.TwoAsync(cluster);
        await SingletonContract.WriteAsync(second, first, 1, 3);
        var kill = await KillAsync(first, second);
        await second.ExpectAsync("recovered one 3");
        Check(await ClockAsync(second), kill, Failover);
        await SingletonContract.WriteAsync(second, second, 4, 6);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_shards_of_a_killed_process_run_elsewhere_within_10_seconds(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync();
        first.Command("accounts");
        var second = await cluster.AddAsync();
        second.Command("accounts");
        await Accounts.UntilRegionsAsync(2, first, second);
        await Accounts.AskAllAsync(first, 1, first, second);
        Assert.InRange((await Accounts.RunningAsync(second)).Count, 1, Accounts.Count - 1);
        var kill = await KillAsync(second, first);
        await Accounts.AskAllAsync(first, 2, first);
        Check(await ClockAsync(first), kill, Failover);
        Assert.Equal(Accounts.Count, (await Accounts.RunningAsync(first)).Count);
    }

    private static async Task<(double Time, double Late)> KillAsync(NodeProcess victim, NodeProcess witness)
    {
        var (_, late) = Stamp(await ClockAsync(witness));
        var now = Environment.TickCount64;
        victim.Kill();
        return (now, late);
    }

    private static Task<string> ClockAsync(NodeProcess node)
    {
        node.Command("clock");
        return node.ExpectAsync("clock");
    }

    private void Check(string line, (double Time, double Late) kill, double limit)
    {
        var (time, late) = Stamp(line);
        var (took, waited) = (time - kill.Time, late - kill.Late);
        output.WriteLine($"{took} ms, {waited} of them without a processor");
        Assert.True(took - waited < limit, $"it took {took} ms, of which the process that was to notice waited {waited} ms for a processor");
    }

    // The last two words of a line: a time, and how long its process has waited for a processor since it began, in milliseconds.
    private static (double Time, double Late) Stamp(string line) => line.Split(' ') is [.., var time, var late]
        ? (double.Parse(time, CultureInfo.InvariantCulture), double.Parse(late, CultureInfo.InvariantCulture))
        : throw new FormatException($"\"{line}\" has no time");
}
