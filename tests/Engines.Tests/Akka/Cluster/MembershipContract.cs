using ActorRlhf.Engines.Tests.Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Cluster;

/// <summary>Who takes part, and how the others hear of it.</summary>
public sealed class MembershipContract
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Members_know_each_other_and_their_roles(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync("akka.cluster.roles = [learner, scorer]");
        var second = await cluster.AddAsync("akka.cluster.roles = [rollout]");
        string[] expected = [$"{first.Address}=Up[learner+scorer]", $"{second.Address}=Up[rollout]"];
        Array.Sort(expected, (a, b) => int.Parse(Port(a)).CompareTo(int.Parse(Port(b))));
        foreach (var node in new[] { first, second })
        {
            node.Command("state");
            Assert.Equal($"state Up {string.Join(' ', expected)}", await node.ExpectAsync("state"));
        }

        static string Port(string member) => member[(member.LastIndexOf(':') + 1)..member.IndexOf('=', StringComparison.Ordinal)];
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_member_that_is_asked_to_leave_leaves_in_steps_and_ends(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync();
        var second = await cluster.AddAsync();
        first.Command($"leave {second.Address}");
        await first.ExpectAsync($"left {second.Address}");
        await first.ExpectAsync($"exited {second.Address}");
        Assert.Equal($"removed {second.Address} Exiting", await first.ExpectAsync("removed"));
        await second.ExpectAsync("no member");
        await second.ExpectAsync("terminated");
    }

    [Fact]
    public async Task A_process_that_is_sent_SIGTERM_leaves_in_good_order()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var first = await cluster.AddAsync();
        var second = await cluster.AddAsync();
        second.AskToEnd();
        await first.ExpectAsync($"left {second.Address}");
        Assert.Equal($"removed {second.Address} Exiting", await first.ExpectAsync("removed"));
        await second.RestAsync();
        Assert.DoesNotContain(first.Unclaimed, line => line.StartsWith("unreachable", StringComparison.Ordinal) || line.StartsWith("downed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_member_that_is_declared_dead_by_hand_stops_its_system()
    {
        using var cluster = new ClusterFixture(OnSqliteAttribute.Provider);
        var first = await cluster.AddAsync();
        var second = await cluster.AddAsync();
        first.Command($"down {second.Address}");
        Assert.Equal($"removed {second.Address} Down", await first.ExpectAsync("removed"));
        await second.ExpectAsync("terminated");
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_process_that_only_pauses_stays_a_member(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        var first = await cluster.AddAsync("akka.cluster.failure-detector.acceptable-heartbeat-pause = 2 s\nakka.cluster.split-brain-resolver.stable-after = 60 s");
        var second = await cluster.AddAsync();
        second.Freeze();
        await first.ExpectAsync($"unreachable {second.Address}");
        second.Thaw();
        await first.ExpectAsync($"reachable {second.Address}");
        second.Command("state");
        Assert.StartsWith("state Up", await second.ExpectAsync("state"), StringComparison.Ordinal);
    }
}
