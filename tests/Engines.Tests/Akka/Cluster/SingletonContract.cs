using ActorRlhf.Engines.Tests.Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>An actor of which there is one in the cluster.</summary>
public sealed class SingletonContract
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_member_that_leaves_hands_its_singleton_over(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var (first, second) = await TwoAsync(cluster);
        await WriteAsync(second, first, 1, 3);
        first.Command($"leave {first.Address}");
        await first.ExpectAsync("stopped one");
        await second.ExpectAsync("recovered one 3");
        await WriteAsync(second, second, 4, 6);
        await first.ExpectAsync("terminated");
    }

    [Fact]
    public async Task An_owner_that_was_frozen_does_not_write_when_it_wakes_and_stops_its_system()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var (first, second) = await TwoAsync(cluster);
        await WriteAsync(first, first, 1, 3);
        first.Freeze();
        await second.ExpectAsync("recovered one 3");
        await WriteAsync(second, second, 4, 5);
        for (var i = 0; i < 20; i++) first.Command("write"); // there when it wakes
        first.Thaw();
        var rest = await first.RestAsync();
        Assert.DoesNotContain(rest, line => line.StartsWith("ack", StringComparison.Ordinal));
        await WriteAsync(second, second, 6, 8);
    }

    [Fact]
    public async Task What_is_sent_while_there_is_no_singleton_waits()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var (first, second) = await TwoAsync(cluster);
        await WriteAsync(second, first, 1, 1);
        first.Command($"leave {first.Address}");
        await second.ExpectAsync($"exited {first.Address}");
        await first.ExpectAsync("stopped one");
        await second.ExpectAsync($"removed {first.Address}");
        for (var i = 0; i < 10; i++) second.Command("write");
        for (var i = 2; i <= 11; i++) Assert.Equal($"ack one {i}", await second.ExpectAsync("ack"));
    }

    internal static async Task<(NodeProcess First, NodeProcess Second)> TwoAsync(ClusterFixture cluster)
    {
        var first = await cluster.AddAsync();
        first.Command("singleton");
        await first.ExpectAsync("recovered one 0");
        var second = await cluster.AddAsync();
        second.Command("singleton");
        return (first, second);
    }

    // One at a time, each acknowledged by who is supposed to have it.
    internal static async Task WriteAsync(NodeProcess client, NodeProcess owner, int from, int to)
    {
        for (var number = from; number <= to; number++)
        {
            client.Command("write");
            Assert.Equal($"ack one {number}", await owner.ExpectAsync("ack"));
        }
    }
}
