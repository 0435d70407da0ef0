using ActorRlhf.Engines.Tests.Akka.Persistence;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Sql;

namespace ActorRlhf.Engines.Tests.Embedded.Persistence;

/// <summary>Persistent actors in a process that has lost its lease.</summary>
public sealed class FencedActorTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_whose_member_was_declared_dead_stops_at_its_next_write(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var (coordination, lease) = await Join(fixture);
        var actor = fixture.Start("p", actor =>
        {
            actor.Failed = fixture.Report;
            actor.On<string>(text => actor.Persist(new Note(text), note => fixture.Report($"written {note.Text}")));
        });
        actor.Tell("a");
        Assert.Equal("written a", await fixture.Next());
        await coordination.DeclareDead(lease.Owner, TimeSpan.Zero, "operator");
        actor.Tell("b");
        actor.Tell("c");
        Assert.Equal("b", await fixture.Next());
        await fixture.Ended(actor);
        Assert.Single(fixture.Query("SELECT 1 FROM journal"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_that_may_not_save_a_snapshot_or_delete_stops_too(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var (coordination, lease) = await Join(fixture);
        var keepers = new List<IActorRef>();
        for (var i = 0; i < 3; i++)
        {
            keepers.Add(fixture.StartKeeper($"p{i}"));
            await PersistenceFixture.Keep(keepers[i], "1");
        }

        await coordination.DeclareDead(lease.Owner, TimeSpan.Zero, "operator");
        keepers[0].Tell("snapshot");
        keepers[1].Tell(1L);
        keepers[2].Tell(new SnapshotSelectionCriteria(1));
        foreach (var keeper in keepers) await fixture.Ended(keeper);
        Assert.Empty(fixture.Query("SELECT 1 FROM snapshot"));
        Assert.Equal(3, fixture.Query("SELECT 1 FROM journal").Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_does_not_start_without_its_lease(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        global::Akka.Persistence.Persistence.Instance.Apply(fixture.System).Leases = new None();
        await fixture.Ended(fixture.StartKeeper("p"));
    }

    private static async Task<(Coordination Coordination, Lease Lease)> Join(PersistenceFixture fixture)
    {
        var extension = global::Akka.Persistence.Persistence.Instance.Apply(fixture.System);
        var lease = await extension.Coordination.Join("a#1", "", "Up", Long);
        extension.Leases = new One(lease.Fence);
        return (extension.Coordination, lease);
    }

    private sealed class One(Fence fence) : IWriteLeases
    {
        public Fence LeaseOf(ActorPath actor) => fence;
    }

    private sealed class None : IWriteLeases
    {
        public Fence LeaseOf(ActorPath actor) => throw new LeaseLostException("there is none");
    }
}
