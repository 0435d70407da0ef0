using System.Diagnostics;
using ActorRlhf.Engines.Tests.Akka;
using ActorRlhf.Engines.Tests.Akka.Cluster;
using ActorRlhf.Engines.Tests.Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Embedded.Cluster;

/// <summary>PostgreSQL's clock, by which heartbeats are dated, is set by somebody.</summary>
public sealed class ServerClockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, OnPostgres]
    public async Task When_the_servers_clock_is_set_nobody_is_declared_dead_but_who_is(string provider)
    {
        using var cluster = new ClusterFixture(provider);
        MakeClock(cluster.Database);
        var members = new List<NodeProcess>();
        for (var i = 0; i < 3; i++) members.Add(await cluster.AddAsync());
        foreach (var hours in new[] { 1, 0, -1 })
        {
            Set(cluster.Database, hours);
            await Heartbeats(cluster.Database, 3);
            Assert.Equal(3, cluster.Database.Query("SELECT 1 FROM drill.akka_embedded_member WHERE status = 'Up'").Count);
        }

        members[2].Kill();
        Set(cluster.Database, -2); // its last heartbeat is in the future now
        foreach (var member in members[..2])
        {
            Assert.Equal($"removed {members[2].Address} Down", await member.ExpectAsync("removed"));
            Assert.DoesNotContain(member.Unclaimed, line => line.StartsWith("no member", StringComparison.Ordinal));
        }
    }

    // A function of the name that the engine calls, found before the system's.
    private static void MakeClock(TestDatabase database) => database.Query("""
        CREATE SCHEMA drill;
        CREATE TABLE drill.clock AS SELECT interval '0' AS ahead;
        CREATE FUNCTION drill.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT pg_catalog.clock_timestamp() + ahead FROM drill.clock';
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = drill, public, pg_catalog', current_database()); END $$;
        """);

    private static void Set(TestDatabase database, int hours) => database.Query($"UPDATE drill.clock SET ahead = '{hours} hours'");

    // Waits until every member has been heard so often.
    private static async Task Heartbeats(TestDatabase database, int count)
    {
        var heard = new Dictionary<object, HashSet<object>>();
        for (var time = Stopwatch.StartNew(); heard.Count < 3 || heard.Values.Any(dates => dates.Count <= count); await Task.Delay(10))
        {
            Assert.True(time.Elapsed < Patience, "the members are silent");
            foreach (var row in database.Query("SELECT owner, heartbeat FROM drill.akka_embedded_member"))
            {
                if (!heard.TryGetValue(row[0]!, out var dates)) heard.Add(row[0]!, dates = []);
                dates.Add(row[1]!);
            }
        }
    }
}
