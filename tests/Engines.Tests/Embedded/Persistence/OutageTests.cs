using ActorRlhf.Engines.Tests.Akka.Persistence;
using Akka.Actor;
using Npgsql;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

/// <summary>A database server that goes away for a moment.</summary>
public sealed class OutageTests
{
    private const string CutConnections = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    [Theory, OnPostgres]
    public async Task Lost_connections_are_made_again_and_no_actor_notices(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        for (var round = 0; round < 5; round++)
        {
            await PersistenceFixture.Keep(keeper, $"{round}");
            Cut(fixture);
        }

        await fixture.End(keeper);
        Cut(fixture);
        Assert.Equal(["0", "1", "2", "3", "4"], await PersistenceFixture.Texts(fixture.StartKeeper("p")));
    }

    [Theory, OnPostgres]
    public async Task Connections_cut_at_any_moment_lose_no_acknowledged_event(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var acknowledged = 0L;
        var cuts = 0;
        for (var life = 0; cuts < 20; life++)
        {
            // It stops when a connection is lost at the end of a transaction, because then nobody knows how that ended.
            var texts = new List<string>();
            var keeper = fixture.StartKeeper("p", texts);
            var recovered = await fixture.Next();
            Assert.Equal($"recovered {texts.Count}", recovered);
            Assert.True(texts.Count >= acknowledged, $"{acknowledged} was acknowledged, {texts.Count} is the last");
            Assert.Equal(Enumerable.Range(1, texts.Count).Select(nr => $"{nr}"), texts);
            for (var nr = texts.Count + 1; cuts < 20; nr++)
            {
                var answer = keeper.Ask<long>(new Note($"{nr}"), TimeSpan.FromSeconds(5));
                if (nr % 7 == 0)
                {
                    Cut(fixture);
                    cuts++;
                }

                try
                {
                    acknowledged = await answer;
                }
                catch (AskTimeoutException)
                {
                    break;
                }
            }

            await fixture.End(keeper);
        }
    }

    private static void Cut(PersistenceFixture fixture)
    {
        fixture.Query(CutConnections);
        NpgsqlConnection.ClearAllPools(); // the test's own
    }
}
