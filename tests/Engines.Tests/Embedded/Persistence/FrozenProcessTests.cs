using ActorRlhf.Engines.Tests.Akka;
using ActorRlhf.Engines.Tests.Akka.Persistence;
using ActorRlhf.Engines.Tests.Node.Persistence;
using Akka.Persistence.Sql;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

/// <summary>Processes frozen (SIGSTOP) for longer than the others wait.</summary>
public sealed class FrozenProcessTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private const string Quiet = "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\n";

    [Theory, OnSqlite, OnPostgres]
    public async Task A_process_that_wakes_up_after_its_lease_was_taken_cannot_write(string provider)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using var database = new TestDatabase(provider);
            var hocon = Quiet + EntrySerializer.Hocon + database.Hocon;
            using var first = await NodeProcess.StartAsync("leases", "first", hocon);
            Assert.Equal("owner 1", await first.ExpectAsync("owner"));
            using var second = await NodeProcess.StartAsync("leases", "second", hocon);
            await first.ExpectAsync("recovered ledger 0");
            await Write(first, 1, 3);

            first.Freeze();
            Assert.Equal("owner 2", await second.ExpectAsync("owner"));
            await second.ExpectAsync("recovered ledger 3");
            await Write(second, 4, 6);
            if (first.HasEnded)
            {
                // It was frozen in the middle of a heartbeat's transaction, and the second one ended it to get at the database (StoppedWriter).
                Assert.Equal(OnSqliteAttribute.Provider, provider);
                continue;
            }

            first.Command("write"); // there when it wakes
            first.Thaw();
            await first.ExpectAsync("failed ledger LeaseLostException");
            await first.ExpectAsync("stopped ledger");
            await Write(second, 7, 8);
            using var store = new SqlStore(SqlDatabase.For(database.ProviderName, database.ConnectionString, TimeSpan.FromSeconds(10)), 1);
            var rows = await store.ReadEvents("ledger", 0, long.MaxValue, default);
            Assert.Equal(Enumerable.Range(1, 8).Select(nr => (long)nr), rows.Select(row => row.SequenceNr));
            return;
        }

        Assert.Fail("the first process was frozen in the middle of a transaction every time");
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_process_frozen_in_the_middle_of_a_transaction_loses_it_and_can_be_declared_dead(string provider)
    {
        using var fixture = new StoreFixture(provider);
        await fixture.Coordination.Join("a#1", "", "Up", Long);
        await fixture.Coordination.Join("b#2", "", "Up", Long);
        using var node = await NodeProcess.StartAsync("transaction", "frozen", Quiet + fixture.Hocon);
        node.Command("begin");
        await node.ExpectAsync("inside");
        node.Freeze();
        Assert.True(await fixture.Coordination.DeclareDead("a#1", TimeSpan.Zero, "b#2"));
        if (provider == OnSqliteAttribute.Provider)
        {
            await node.RestAsync();
            Assert.True(node.HasEnded);
            Assert.Contains($"Ended process {node.Id}", Assert.Single(fixture.Warnings), StringComparison.Ordinal);
        }
        else
        {
            node.Command("end");
            node.Thaw();
            await node.ExpectAsync("lost");
        }

        Assert.Equal([Coordination.Dead, "Up"], (await fixture.Coordination.Members()).Select(member => member.Status));
    }

    [Fact]
    public async Task A_process_that_runs_is_not_ended_however_long_its_transaction_in_SQLite_takes()
    {
        using var fixture = new StoreFixture(OnSqliteAttribute.Provider, timeout: StoppedWriter.Patience + TimeSpan.FromSeconds(2));
        await fixture.Coordination.Join("a#1", "", "Up", Long);
        using var node = await NodeProcess.StartAsync("transaction", "slow", Quiet + fixture.Hocon);
        node.Command("begin");
        await node.ExpectAsync("inside");
        var failure = await StoreFixture.Append(fixture.Store, null, StoreFixture.Event("p", 1));
        Assert.Contains("locked", failure?.Message, StringComparison.Ordinal);
        node.Command("end");
        await node.ExpectAsync("outside");
        Assert.Null(await StoreFixture.Append(fixture.Store, null, StoreFixture.Event("p", 1)));
        Assert.Empty(fixture.Warnings);
    }

    private static async Task Write(NodeProcess node, int from, int to)
    {
        for (var number = from; number <= to; number++)
        {
            node.Command("write");
            Assert.Equal($"ack ledger {number}", await node.ExpectAsync("ack"));
        }
    }
}
