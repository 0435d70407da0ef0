using ActorRlhf.Engines.Tests.Akka.Persistence;
using Akka.Persistence.Sql;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

public sealed class FencingTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Theory, OnSqlite, OnPostgres]
    public async Task Only_the_holder_of_a_lease_writes_under_it(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var held = await Lease(fixture, "a#1", "x");
        Assert.Null(await StoreFixture.Append(fixture.Store, held, StoreFixture.Event("p", 1)));

        await fixture.Coordination.Release(held);
        Assert.IsType<LeaseLostException>(await StoreFixture.Append(fixture.Store, held, StoreFixture.Event("p", 2)));
        var next = await Lease(fixture, "b#2", "x");
        Assert.IsType<LeaseLostException>(await StoreFixture.Append(fixture.Store, held, StoreFixture.Event("p", 2)));
        Assert.Null(await StoreFixture.Append(fixture.Store, next, StoreFixture.Event("p", 2)));
        Assert.Equal([1, 2], await fixture.Numbers("p"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_was_declared_dead_writes_nothing_more(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var held = await Lease(fixture, "a#1", "x");
        var own = Assert.Single(await fixture.Coordination.Leases(Coordination.OwnLease("a#1"))).Fence;
        Assert.Null(await StoreFixture.Append(fixture.Store, own, StoreFixture.Event("p", 1)));
        await fixture.Coordination.DeclareDead("a#1", TimeSpan.Zero, "b#2");
        foreach (var fence in new[] { held, own })
        {
            Assert.IsType<LeaseLostException>(await StoreFixture.Append(fixture.Store, fence, StoreFixture.Event("p", 2)));
            await Assert.ThrowsAsync<LeaseLostException>(() => fixture.Store.SaveSnapshot(new SnapshotRow("p", 1, 1, [1], "", 17), fence));
            await Assert.ThrowsAsync<LeaseLostException>(() => fixture.Store.DeleteEvents("p", 1, fence));
            await Assert.ThrowsAsync<LeaseLostException>(() => fixture.Store.DeleteSnapshots("p", 1, DateTime.MaxValue, fence));
        }
        Assert.Equal([1], await fixture.Numbers("p"));
        Assert.Null(await fixture.Store.ReadSnapshot("p", long.MaxValue, DateTime.MaxValue, default));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_stale_write_takes_none_of_its_batch_with_it(string provider)
    {
        using var fixture = new StoreFixture(provider);
        Fence good = await Lease(fixture, "a#1", "x"), stale = good with { Epoch = 9 };
        var writes = new List<Task<Exception?>>();
        for (var nr = 1; nr <= 200; nr++)
        {
            writes.Add(StoreFixture.Append(fixture.Store, good, StoreFixture.Event("good", nr)));
            writes.Add(StoreFixture.Append(fixture.Store, stale, StoreFixture.Event("stale", nr)));
            writes.Add(StoreFixture.Append(fixture.Store, null, StoreFixture.Event("free", nr)));
        }
        var outcomes = await Task.WhenAll(writes);
        Assert.All(outcomes.Chunk(3), three => Assert.Equal([null, typeof(LeaseLostException), null], three.Select(outcome => outcome?.GetType())));
        Assert.Equal(Enumerable.Range(1, 200).Select(nr => (long)nr), await fixture.Numbers("good"));
        Assert.Empty(await fixture.Numbers("stale"));
        Assert.Equal(200, (await fixture.Numbers("free")).Count());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_event_that_is_there_already_takes_none_of_its_batch_with_it(string provider)
    {
        using var fixture = new StoreFixture(provider);
        Assert.Null(await StoreFixture.Append(fixture.Store, null, StoreFixture.Event("p", 1)));
        var outcomes = await Task.WhenAll(
            StoreFixture.Append(fixture.Store, null, StoreFixture.Event("a", 1)),
            StoreFixture.Append(fixture.Store, null, StoreFixture.Event("p", 2), StoreFixture.Event("p", 1, value: 9)),
            StoreFixture.Append(fixture.Store, null, StoreFixture.Event("b", 1)));
        Assert.Equal([false, true, false], outcomes.Select(outcome => outcome is not null));
        var row = Assert.Single(await fixture.Store.ReadEvents("p", 0, long.MaxValue, default));
        Assert.Equal([1], row.Message);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task While_a_lease_changes_hands_again_and_again_its_holders_never_both_write(string provider)
    {
        using var fixture = new StoreFixture(provider);
        var stores = new[] { fixture.Store, fixture.Open(), fixture.Open() };
        using var end = new CancellationTokenSource();
        var written = await Task.WhenAll(stores.Select((store, i) => Task.Run(() => WriteWhileHeld(store, $"{i}", (byte)i, end))));

        // Every event stands where its writer believed it to be: nobody's number was taken by another, and none is missing.
        var rows = await fixture.Store.ReadEvents("p", 0, long.MaxValue, default);
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(nr => (long)nr), rows.Select(row => row.SequenceNr));
        for (var i = 0; i < stores.Length; i++)
            Assert.Equal(written[i], rows.Where(row => row.Message[0] == i).Select(row => row.SequenceNr));
        Assert.True(written.Count(numbers => numbers.Count > 0) > 1);
    }

    // Takes the lease, reads how far the journal is, and writes on from there, without a heartbeat, until it finds itself fenced off. The others
    // declare it dead for its silence. All end when the lease has changed hands often enough.
    private static async Task<List<long>> WriteWhileHeld(SqlStore store, string name, byte value, CancellationTokenSource end)
    {
        var acknowledged = new List<long>();
        for (var life = 0; !end.IsCancellationRequested; life++)
        {
            var owner = Coordination.Owner(name, life);
            await store.Coordination.Join(owner, "", "Up", Long);
            var lease = await store.Coordination.Acquire("x", owner, Long);
            while (lease.Owner != owner && !end.IsCancellationRequested)
            {
                await store.Coordination.Beat(owner, Long);
                await store.Coordination.DeclareDead(lease.Owner, TimeSpan.FromMilliseconds(100), owner);
                lease = await store.Coordination.Acquire("x", owner, Long);
            }

            if (lease.Epoch > 8) end.Cancel();
            if (lease.Owner != owner) break;
            for (var nr = await store.HighestSequenceNr("p", 0, default) + 1; !end.IsCancellationRequested; nr++)
            {
                var outcome = await StoreFixture.Append(store, lease.Fence, StoreFixture.Event("p", nr, value));
                if (outcome is not null)
                {
                    Assert.IsType<LeaseLostException>(outcome);
                    break;
                }

                acknowledged.Add(nr);
            }
        }

        return acknowledged;
    }

    private static async Task<Fence> Lease(StoreFixture fixture, string owner, string name)
    {
        await fixture.Coordination.Join(owner, "", "Up", Long);
        var lease = await fixture.Coordination.Acquire(name, owner, Long);
        Assert.Equal(owner, lease.Owner);
        return lease.Fence;
    }
}
