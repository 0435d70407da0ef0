using System.Globalization;
using ActorRlhf.Engines.Tests.Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>Entities by their ids, wherever they run. The nodes run accounts in 16 shards.</summary>
public sealed class ShardingContract
{
    private const int Accounts = 32;

    [Theory, OnSqlite, OnPostgres]
    public async Task Shards_move_when_members_come_and_go_and_no_event_is_lost(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync();
        first.Command("accounts");
        await AskAllAsync(first, 1, first);
        Assert.Equal(Accounts, (await RunningAsync(first)).Count);

        var second = await cluster.AddAsync();
        second.Command("accounts");
        await UntilRegionsAsync(2, first, second);
        await AskAllAsync(second, 2, first, second);
        var moved = await RunningAsync(second);
        Assert.InRange(moved.Count, 1, Accounts - 1);
        Assert.Equal(Accounts, moved.Concat(await RunningAsync(first)).Distinct().Count());

        first.Command($"leave {first.Address}");
        await first.ExpectAsync("terminated");
        await AskAllAsync(second, 3, second);
        Assert.Equal(Accounts, (await RunningAsync(second)).Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_shards_of_a_killed_process_run_elsewhere(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync();
        first.Command("accounts");
        var second = await cluster.AddAsync();
        second.Command("accounts");
        await UntilRegionsAsync(2, first, second);
        await AskAllAsync(first, 1, first, second);
        Assert.InRange((await RunningAsync(second)).Count, 1, Accounts - 1);
        second.Kill();
        await first.ExpectAsync($"removed {second.Address} Down", TimeSpan.FromSeconds(10));
        await AskAllAsync(first, 2, first);
        Assert.Equal(Accounts, (await RunningAsync(first)).Count);
    }

    [Fact]
    public async Task Remembered_entities_start_again_wherever_their_shards_are()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var first = await cluster.AddAsync();
        first.Command("accounts remembered");
        await AskAllAsync(first, 1, first);
        first.Command("ask 0 passivate");
        await UntilRunningAsync(first, Accounts - 1);
        var second = await cluster.AddAsync();
        second.Command("accounts remembered");
        await UntilRegionsAsync(2, first, second);
        first.Kill();
        await UntilRunningAsync(second, Accounts - 1);
        Assert.DoesNotContain("0", await RunningAsync(second));
    }

    [Fact]
    public async Task A_passivated_entity_starts_again_for_the_next_message()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var node = await cluster.AddAsync();
        node.Command("accounts");
        node.Command("ask a 1");
        await node.ExpectAsync("ack a 1");
        node.Command("ask a passivate");
        await UntilRunningAsync(node, 0);
        node.Command("ask a 2");
        await node.ExpectAsync("recovered a 1");
        await node.ExpectAsync("ack a 2");
    }

    [Fact]
    public async Task An_idle_entity_is_stopped()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var node = await cluster.AddAsync("akka.cluster.sharding.passivate-idle-entity-after = 1 s");
        node.Command("accounts");
        node.Command("ask a 1");
        await node.ExpectAsync("ack a 1");
        await UntilRunningAsync(node, 0);
    }

    [Fact]
    public async Task A_frozen_owner_of_shards_writes_nothing_when_it_wakes_and_stops_its_system()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var first = await cluster.AddAsync();
        first.Command("accounts");
        var second = await cluster.AddAsync();
        second.Command("accounts");
        await UntilRegionsAsync(2, first, second);
        await AskAllAsync(first, 1, first, second);
        second.Freeze();
        await first.ExpectAsync($"removed {second.Address} Down");
        await AskAllAsync(first, 2, first);
        for (var id = 0; id < Accounts; id++) second.Command($"ask {id} 2"); // there when it wakes
        second.Thaw();
        Assert.DoesNotContain(await second.RestAsync(), line => line.StartsWith("ack", StringComparison.Ordinal));
        await AskAllAsync(first, 3, first);
    }

    // A command to every account, again until it is acknowledged: what is under way while a shard moves may be lost. Every account counts up by
    // one, so an event that was lost or written twice would show.
    private static async Task AskAllAsync(NodeProcess client, int number, params NodeProcess[] owners)
    {
        var missing = Enumerable.Range(0, Accounts).ToHashSet();
        for (var attempt = 0; missing.Count > 0; attempt++)
        {
            Assert.True(attempt < 30, $"no account of {string.Join(',', missing)} acknowledged {number}");
            foreach (var id in missing) client.Command($"ask {id} {number}");
            foreach (var line in await SettledAsync(owners))
            {
                if (line.Split(' ') is ["ack", var id, var counted] && counted == number.ToString(CultureInfo.InvariantCulture)) missing.Remove(int.Parse(id, CultureInfo.InvariantCulture));
            }
        }
    }

    // What the nodes have written up to now, and in the second after.
    private static async Task<List<string>> SettledAsync(NodeProcess[] nodes)
    {
        var lines = new List<string>();
        foreach (var node in nodes)
        {
            node.Unclaimed.Clear();
            await Assert.ThrowsAsync<TimeoutException>(() => node.ExpectAsync("nothing that a node ever writes", TimeSpan.FromSeconds(1)));
            lines.AddRange(node.Unclaimed);
        }

        return lines;
    }

    private static async Task<List<string>> RunningAsync(NodeProcess node)
    {
        node.Command("shards");
        return [.. (await node.ExpectAsync("shards")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(2)];
    }

    // A region that has just been started counts when both know of it.
    private static async Task UntilRegionsAsync(int count, params NodeProcess[] nodes)
    {
        foreach (var node in nodes)
        {
            await Retry.UntilAsync(async () =>
            {
                node.Command("regions");
                Assert.Equal($"regions {count}", await node.ExpectAsync("regions"));
            });
        }
    }

    private static Task UntilRunningAsync(NodeProcess node, int count) =>
        Retry.UntilAsync(async () => Assert.Equal(count, (await RunningAsync(node)).Count));
}
