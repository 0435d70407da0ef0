using ActorRlhf.Engines.Tests.Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>Entities by their ids, wherever they run. The nodes run accounts in 16 shards.</summary>
public sealed class ShardingContract
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Shards_move_when_members_come_and_go_and_no_event_is_lost(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync();
        first.Command("accounts");
        await Accounts.AskAllAsync(first, 1, first);
        Assert.Equal(Accounts.Count, (await Accounts.RunningAsync(first)).Count);

        var second = await cluster.AddAsync();
        second.Command("accounts");
        await Accounts.UntilRegionsAsync(2, first, second);
        await Accounts.AskAllAsync(second, 2, first, second);
        var moved = await Accounts.RunningAsync(second);
        Assert.InRange(moved.Count, 1, Accounts.Count - 1);
        Assert.Equal(Accounts.Count, moved.Concat(await Accounts.RunningAsync(first)).Distinct().Count());

        first.Command($"leave {first.Address}");
        await first.ExpectAsync("terminated");
        await Accounts.AskAllAsync(second, 3, second);
        Assert.Equal(Accounts.Count, (await Accounts.RunningAsync(second)).Count);
    }

    [Fact]
    public async Task Remembered_entities_start_again_wherever_their_shards_are()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var first = await cluster.AddAsync();
        first.Command("accounts remembered");
        await Accounts.AskAllAsync(first, 1, first);
        first.Command("ask 0 passivate");
        await Accounts.UntilRunningAsync(first, Accounts.Count - 1);
        var second = await cluster.AddAsync();
        second.Command("accounts remembered");
        await Accounts.UntilRegionsAsync(2, first, second);
        first.Kill();
        await Accounts.UntilRunningAsync(second, Accounts.Count - 1);
        Assert.DoesNotContain("0", await Accounts.RunningAsync(second));
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
        await Accounts.UntilRunningAsync(node, 0);
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
        await Accounts.UntilRunningAsync(node, 0);
    }

    [Fact]
    public async Task A_frozen_owner_of_shards_writes_nothing_when_it_wakes_and_stops_its_system()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var first = await cluster.AddAsync();
        first.Command("accounts");
        var second = await cluster.AddAsync();
        second.Command("accounts");
        await Accounts.UntilRegionsAsync(2, first, second);
        await Accounts.AskAllAsync(first, 1, first, second);
        second.Freeze();
        await first.ExpectAsync($"removed {second.Address} Down");
        await Accounts.AskAllAsync(first, 2, first);
        for (var id = 0; id < Accounts.Count; id++) second.Command($"ask {id} 2"); // there when it wakes
        second.Thaw();
        Assert.DoesNotContain(await second.RestAsync(), line => line.StartsWith("ack", StringComparison.Ordinal));
        await Accounts.AskAllAsync(first, 3, first);
    }
}
