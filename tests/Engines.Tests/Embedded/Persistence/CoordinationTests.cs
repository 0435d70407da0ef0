using ActorRlhf.Engines.Tests.Akka.Persistence;
using Akka.Persistence.Sql;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

public sealed class CoordinationTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Threshold = TimeSpan.FromMilliseconds(300);

    [Theory, OnSqlite, OnPostgres]
    public async Task A_lease_has_one_owner_and_its_epoch_rises_by_one_whenever_that_changes(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var leases = fixture.Coordination;
        await leases.Join("a#1", "", "Up", Long);
        await leases.Join("b#2", "", "Up", Long);

        Assert.Equal(("a#1", 1), Of(await leases.Acquire("shard/7", "a#1", Long)));
        Assert.Equal(("a#1", 1), Of(await leases.Acquire("shard/7", "b#2", Long)));
        Assert.Equal(("a#1", 1), Of(await leases.Acquire("shard/7", "a#1", Long)));
        Assert.True(await leases.Release(new Fence("shard/7", "a#1", 1)));
        Assert.False(await leases.Release(new Fence("shard/7", "a#1", 1)));
        Assert.Equal(("b#2", 2), Of(await leases.Acquire("shard/7", "b#2", Long)));
        Assert.True(await leases.Release(new Fence("shard/7", "b#2", 2)));
        Assert.Equal(("b#2", 3), Of(await leases.Acquire("shard/7", "b#2", Long)));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_many_who_want_a_lease_at_once_one_gets_it(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var stores = Enumerable.Range(0, 4).Select(_ => fixture.Open()).ToArray();
        for (var i = 0; i < stores.Length; i++)
            await stores[i].Coordination.Join($"{i}#1", "", "Up", Long);
        for (var round = 0; round < 20; round++)
        {
            var name = $"lease/{round}";
            var results = await Task.WhenAll(stores.Select((store, i) => store.Coordination.Acquire(name, $"{i}#1", Long)));
            Assert.Single(results.Select(lease => lease.Fence).Distinct());
            Assert.Equal(1, results[0].Epoch);
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_lease_that_is_not_renewed_may_be_taken_and_one_that_is_may_not(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var leases = fixture.Coordination;
        await leases.Join("a#1", "", "Up", Short);
        await leases.Join("b#2", "", "Up", Long);
        await leases.Acquire("x", "a#1", Short);
        Assert.Equal(["member/a#1", "x"], (await leases.Renew("a#1", Long)).Select(lease => lease.Name));
        Assert.Equal("a#1", (await leases.Acquire("x", "b#2", Long)).Owner);

        await leases.Renew("a#1", Short);
        Lease taken;
        do
            taken = await leases.Acquire("x", "b#2", Long);
        while (taken.Owner == "a#1");
        Assert.Equal(("b#2", 2), Of(taken));
        Assert.Equal(["member/a#1"], (await leases.Renew("a#1", Long)).Select(lease => lease.Name));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_member_is_declared_dead_only_when_it_has_been_silent_for_long_enough(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var cluster = fixture.Coordination;
        await cluster.Join("a#1", "learner", "Up", Long);
        await cluster.Join("b#2", "", "Up", Long);
        await cluster.Acquire("x", "a#1", Long);
        Assert.False(await cluster.DeclareDead("a#1", Long, "b#2"));
        Assert.True((await cluster.Beat("a#1", Long)).Alive);

        while (!await cluster.DeclareDead("a#1", Threshold, "b#2")) await cluster.Beat("b#2", Long);
        var pulse = await cluster.Beat("a#1", Long);
        Assert.False(pulse.Alive);
        Assert.Empty(pulse.Leases);
        Assert.Equal([Coordination.Dead, "Up"], pulse.Members.Select(member => member.Status));
        Assert.Equal("", Assert.Single(await cluster.Leases("x")).Owner);
        Assert.False(await cluster.SetStatus("a#1", "Up"));
        await Assert.ThrowsAsync<LeaseLostException>(() => cluster.Acquire("x", "a#1", Long));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_was_silent_itself_cannot_judge_until_it_has_been_heard_again_for_a_while(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var cluster = fixture.Coordination;
        await cluster.Join("a#1", "", "Up", Long);
        await cluster.Join("b#2", "", "Up", Long);
        while ((await cluster.Members()).Any(member => member.Silence < Threshold)) await Task.Delay(1);

        // Both stood still, as they do while the database does not answer; b is the first that gets through.
        Assert.False(await cluster.DeclareDead("a#1", Threshold, "b#2"));
        await cluster.Beat("b#2", Long);
        Assert.False(await cluster.DeclareDead("a#1", Threshold, "b#2"));
        Assert.False(await cluster.DeclareDead("a#1", Threshold, "nobody#3"));
        await cluster.Beat("b#2", Long);
        Assert.True(await cluster.DeclareDead("a#1", Threshold, "b#2"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_starts_again_at_an_address_ends_the_one_who_was_there(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var cluster = fixture.Coordination;
        await cluster.Join("akka.tcp://s@h:1#1", "", "Up", Long);
        await cluster.Join("akka.tcp://s@h:10#1", "", "Up", Long);
        await cluster.Join("akka.tcp://s@h:1#2", "", "Up", Long);
        Assert.False((await cluster.Beat("akka.tcp://s@h:1#1", Long)).Alive);
        Assert.True((await cluster.Beat("akka.tcp://s@h:10#1", Long)).Alive);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Members_are_listed_in_the_order_in_which_they_joined_with_their_silence(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var cluster = fixture.Coordination;
        foreach (var owner in new[] { "z#1", "m#2", "a#3" })
            await cluster.Join(owner, $"role-{owner[0]}", "Joining", Long);
        await cluster.SetStatus("m#2", "Up");
        var members = await cluster.Members();
        Assert.Equal(["z#1", "m#2", "a#3"], members.Select(member => member.Owner));
        Assert.Equal(["Joining", "Up", "Joining"], members.Select(member => member.Status));
        Assert.Equal("role-m", members[1].Roles);
        Assert.All(members, member => Assert.InRange(member.Silence, TimeSpan.Zero, TimeSpan.FromMinutes(1)));

        await cluster.Leave("z#1");
        Assert.Equal(["m#2", "a#3"], (await cluster.Beat("m#2", Long)).Members.Select(member => member.Owner));
        Assert.Empty(await cluster.Leases("member/z"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Watching_tells_of_every_change_of_owners(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var leases = fixture.Coordination;
        await leases.Join("a#1", "", "Up", Long);
        await leases.Acquire("other", "a#1", Long);
        await using var watch = leases.Watch("shard/", TimeSpan.FromMilliseconds(5), default).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        Assert.Empty(watch.Current);
        var lease = await leases.Acquire("shard/1", "a#1", Long);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal([lease.Fence], watch.Current.Select(held => held.Fence));
        await leases.Release(lease.Fence);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("", Assert.Single(watch.Current).Owner);
    }

    private static (string Owner, long Epoch) Of(Lease lease) => (lease.Owner, lease.Epoch);
}
