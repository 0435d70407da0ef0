using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>Snapshots, and deleting what they make unnecessary.</summary>
public sealed class SnapshotContract
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Recovery_begins_with_the_latest_snapshot_and_replays_the_events_after_it(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        await Snapshot(fixture, keeper, 2, "1", "2");
        await Snapshot(fixture, keeper, 3, "3");
        await PersistenceFixture.Keep(keeper, "4");
        await fixture.End(keeper);

        fixture.Start("p", actor =>
        {
            actor.Past<SnapshotOffer>(offer =>
                fixture.Report((offer.Metadata.PersistenceId, offer.Metadata.SequenceNr, string.Join(' ', ((Pages)offer.Snapshot).Texts))));
            actor.Past<Note>(note => fixture.Report((note.Text, actor.LastSequenceNr)));
            actor.Past<RecoveryCompleted>(_ => fixture.Report(actor.LastSequenceNr));
        });
        Assert.Equal([("p", 3L, "1 2 3"), ("4", 4L), 4L], await fixture.Next(3));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_recovery_can_choose_its_snapshot(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        await Snapshot(fixture, keeper, 1, "1");
        await Snapshot(fixture, keeper, 2, "2");
        await Snapshot(fixture, keeper, 3, "3");
        await fixture.End(keeper);
        foreach (var (recovery, offered) in new[]
        {
            (new Recovery(new SnapshotSelectionCriteria(2)), 2L),
            (new Recovery(SnapshotSelectionCriteria.Latest, 1), 1),
            (new Recovery(SnapshotSelectionCriteria.None), 0),
            (new Recovery(new SnapshotSelectionCriteria(long.MaxValue, DateTime.UtcNow.AddDays(-1))), 0),
        })
        {
            var began = 0L;
            var again = fixture.Start("p", actor =>
            {
                actor.Past<SnapshotOffer>(offer => began = offer.Metadata.SequenceNr);
                actor.Past<Note>(_ => { });
                actor.Past<RecoveryCompleted>(_ => fixture.Report(began));
            }, recovery);
            await Until(fixture, offered);
            await fixture.End(again);
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Deleted_events_are_not_replayed_and_their_numbers_not_given_again(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        await PersistenceFixture.Keep(keeper, "1", "2", "3", "4");
        keeper.Tell(2L);
        await Until(fixture, new DeleteMessagesSuccess(2));
        await fixture.End(keeper);
        keeper = fixture.StartKeeper("p");
        Assert.Equal(["3", "4"], await PersistenceFixture.Texts(keeper));

        keeper.Tell(long.MaxValue);
        await Until(fixture, new DeleteMessagesSuccess(4));
        await fixture.End(keeper);
        keeper = fixture.StartKeeper("p");
        Assert.Empty(await PersistenceFixture.Texts(keeper));
        Assert.Equal(5, await keeper.Ask<long>(new Note("5"), PersistenceFixture.Patience));
        Assert.Equal(2, fixture.Query("SELECT 1 FROM journal").Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Events_that_are_not_there_yet_cannot_be_deleted(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        await PersistenceFixture.Keep(keeper, "1");
        keeper.Tell(2L);
        Assert.Equal("recovered 0", await fixture.Next());
        Assert.Equal(2, Assert.IsType<DeleteMessagesFailure>(await fixture.Next()).ToSequenceNr);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_snapshot_stands_for_the_events_before_it_when_those_are_deleted(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        await Snapshot(fixture, keeper, 3, "1", "2", "3");
        keeper.Tell(3L);
        await Until(fixture, new DeleteMessagesSuccess(3));
        await fixture.End(keeper);
        keeper = fixture.StartKeeper("p");
        Assert.Equal(["1", "2", "3"], await PersistenceFixture.Texts(keeper));
        Assert.Equal(4, await keeper.Ask<long>(new Note("4"), PersistenceFixture.Patience));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_snapshot_may_go_up_to_an_earlier_event_than_the_last(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.Start("p", actor =>
        {
            actor.On<Note>(note => actor.Persist(note, _ => actor.From.Tell(actor.LastSequenceNr)));
            actor.On<long>(number => actor.SnapshotStore.Tell(new SaveSnapshot(new SnapshotMetadata("p", number, DateTime.UtcNow), new Pages(["all before"]))));
            actor.On<SaveSnapshotSuccess>(fixture.Report);
        });
        await PersistenceFixture.Keep(keeper, "1", "2", "3", "4");
        keeper.Tell(2L);
        Assert.Equal(2, Assert.IsType<SaveSnapshotSuccess>(await fixture.Next()).Metadata.SequenceNr);
        await fixture.End(keeper);
        keeper = fixture.StartKeeper("p");
        Assert.Equal(["all before", "3", "4"], await PersistenceFixture.Texts(keeper));
        Assert.Equal(5, await keeper.Ask<long>(new Note("5"), PersistenceFixture.Patience));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Snapshots_are_deleted_up_to_a_number(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        IActorRef keeper = fixture.StartKeeper("p"), other = fixture.StartKeeper("other");
        await Snapshot(fixture, other, 1, "1");
        for (var i = 1; i <= 3; i++) await Snapshot(fixture, keeper, i, $"{i}");
        var criteria = new SnapshotSelectionCriteria(2);
        keeper.Tell(criteria);
        await Until(fixture, new DeleteSnapshotsSuccess(criteria));
        var left = fixture.Query("SELECT persistence_id, sequence_number FROM snapshot ORDER BY persistence_id");
        Assert.Equal(new List<object?[]> { new object?[] { "other", 1L }, new object?[] { "p", 3L } }, left);
    }

    private static async Task Snapshot(PersistenceFixture fixture, IActorRef keeper, long number, params string[] texts)
    {
        await PersistenceFixture.Keep(keeper, texts);
        keeper.Tell("snapshot");
        SaveSnapshotSuccess? success;
        while ((success = await fixture.Next() as SaveSnapshotSuccess) is null)
        {
        }

        Assert.Equal(number, success.Metadata.SequenceNr);
    }

    private static async Task Until(PersistenceFixture fixture, object expected)
    {
        while (!Equals(await fixture.Next(), expected))
        {
        }
    }
}
