using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>What an actor is told of its past, and what waits meanwhile.</summary>
public sealed class RecoveryContract
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Events_are_replayed_in_order_then_recovery_is_completed_then_commands_are_received(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await Write(fixture, "p", 5);
        var actor = fixture.Start("p", actor =>
        {
            actor.Past<Note>(note => fixture.Report((note.Text, actor.LastSequenceNr, actor.IsRecovering)));
            actor.Past<RecoveryCompleted>(_ => fixture.Report(("completed", actor.LastSequenceNr, actor.IsRecovering)));
            actor.On<string>(command => fixture.Report((command, actor.LastSequenceNr, actor.IsRecovering)));
        });
        for (var i = 0; i < 3; i++) actor.Tell($"command {i}");
        var expected = Enumerable.Range(1, 5).Select(i => ($"{i}", (long)i, true)).Append(("completed", 5L, false))
            .Concat(Enumerable.Range(0, 3).Select(i => ($"command {i}", 5L, false)));
        Assert.Equal(expected.Cast<object>(), await fixture.Next(9));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_long_past_is_replayed_whole(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var writer = fixture.Start("p", actor => actor.On<int>(count => actor.PersistAll(
            Enumerable.Range(1, count).Select(i => new Note($"{i}")), note =>
            {
                if (note.Text == $"{count}") fixture.Report("written");
            })));
        writer.Tell(2500);
        await fixture.Next();
        await fixture.End(writer);
        Assert.Equal(Enumerable.Range(1, 2500).Select(i => $"{i}"), await PersistenceFixture.Texts(fixture.StartKeeper("p")));
        Assert.Equal("recovered 2500", await fixture.Next());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_past_of_small_and_very_large_events_is_replayed_whole(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var lengths = Enumerable.Range(1, 40).Select(i => i % 10 == 0 ? 5_000_000 : i).ToArray(); // read in pages of 16 and fewer
        var keeper = fixture.StartKeeper("p");
        Assert.Equal("recovered 0", await fixture.Next());
        foreach (var length in lengths) await keeper.Ask<long>(new Note(new string('x', length)), PersistenceFixture.Patience);
        await fixture.End(keeper);
        Assert.Equal(lengths, (await PersistenceFixture.Texts(fixture.StartKeeper("p"))).Select(text => text.Length));
        Assert.Equal("recovered 40", await fixture.Next());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Events_go_on_with_the_next_number(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await Write(fixture, "p", 3);
        var keeper = fixture.StartKeeper("p");
        Assert.Equal(4, await keeper.Ask<long>(new Note("4"), PersistenceFixture.Patience));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_recovery_can_end_at_a_number_or_after_some_events_or_know_only_the_last_number(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await Write(fixture, "p", 5);
        foreach (var (recovery, expected) in new[]
        {
            (new Recovery(SnapshotSelectionCriteria.Latest, 3), new[] { "1", "2", "3" }),
            (new Recovery(SnapshotSelectionCriteria.Latest, long.MaxValue, 2), ["1", "2"]),
            (Recovery.None, []),
        })
        {
            var keeper = fixture.StartKeeper("p", recovery: recovery);
            Assert.Equal(expected, await PersistenceFixture.Texts(keeper));
            Assert.Equal("recovered 5", await fixture.Next());
            await fixture.End(keeper);
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Nothing_can_be_persisted_while_recovering_and_something_can_when_that_is_completed(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await Write(fixture, "p", 1);
        var actor = fixture.Start("p", actor =>
        {
            actor.Past<Note>(note => fixture.Report(Record.Exception(() => actor.Persist(note, _ => { }))?.GetType()!));
            actor.Past<RecoveryCompleted>(_ => actor.Persist(new Note("new"), note => fixture.Report(note.Text)));
            actor.On<string>(fixture.Report);
        });
        actor.Tell("command");
        Assert.Equal([typeof(InvalidOperationException), "new", "command"], await fixture.Next(3));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_stops_when_it_cannot_handle_its_past(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await Write(fixture, "p", 2);
        var actor = fixture.Start("p", actor =>
        {
            actor.Past<Note>(_ => throw new FormatException("what is that?"));
            actor.Past<RecoveryCompleted>(fixture.Report);
            actor.Unrecovered = cause => fixture.Report(cause.GetType());
        });
        Assert.Equal(typeof(FormatException), await fixture.Next());
        await fixture.Ended(actor);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_stops_when_its_past_cannot_be_read(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await Write(fixture, "p", "a", "unreadable", "b");
        Assert.Equal("recovered 0", await fixture.Next());
        var texts = new List<string>();
        var keeper = fixture.StartKeeper("p", texts);
        Assert.StartsWith("unrecovered ", (string)await fixture.Next(), StringComparison.Ordinal);
        await fixture.Ended(keeper);
        Assert.DoesNotContain("b", texts);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_that_fails_is_restarted_with_its_past_and_loses_no_command(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        await PersistenceFixture.Keep(keeper, "1", "2");
        keeper.Tell("fail");
        keeper.Tell(new Note("3"));
        await PersistenceFixture.Keep(keeper, "4");
        Assert.Equal(["1", "2", "3", "4"], await PersistenceFixture.Texts(keeper));
        Assert.Equal(["recovered 0", "recovered 2"], await fixture.Next(2));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_that_fails_in_a_handler_finds_that_event_in_its_past(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var failed = false;
        var actor = fixture.Start("p", actor =>
        {
            actor.Past<Note>(note => fixture.Report($"replayed {note.Text}"));
            actor.On<Note>(note => actor.Persist(note, written =>
            {
                if (!failed)
                {
                    failed = true;
                    throw new InvalidOperationException("once");
                }

                fixture.Report($"handled {written.Text}");
            }));
        });
        actor.Tell(new Note("1"));
        actor.Tell(new Note("2"));
        Assert.Equal(["replayed 1", "handled 2"], await fixture.Next(2));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_actor_that_starts_while_an_earlier_one_still_writes_sees_all_that_was_written(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        for (var round = 0; round < 20; round++)
        {
            var id = $"p{round}";
            var early = fixture.Start(id, actor => actor.On<string>(_ =>
            {
                for (var i = 1; i <= 50; i++) actor.PersistAsync(new Note($"{i}"), _ => { });
                actor.End();
            }));
            early.Tell("go");
            await fixture.Ended(early);
            var late = fixture.StartKeeper(id);
            var next = await late.Ask<long>(new Note("next"), PersistenceFixture.Patience);
            Assert.Equal(next, (await PersistenceFixture.Texts(late)).Length);
            await fixture.End(late);
            Assert.Equal(next, fixture.Query($"SELECT 1 FROM journal WHERE persistence_id = '{id}'").Count);
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Only_so_many_actors_recover_at_once_and_in_the_end_all_have(string provider)
    {
        await using var fixture = new PersistenceFixture(provider, "akka.persistence.max-concurrent-recoveries = 3");
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Write(fixture, $"p{i}", 20)));
        int recovering = 0, most = 0;
        for (var i = 0; i < 30; i++)
        {
            fixture.Start($"p{i}", actor =>
            {
                actor.Past<Note>(note =>
                {
                    if (note.Text == "1") InterlockedMax(ref most, Interlocked.Increment(ref recovering));
                });
                actor.Past<RecoveryCompleted>(_ =>
                {
                    Interlocked.Decrement(ref recovering);
                    fixture.Report(actor.LastSequenceNr);
                });
            });
        }

        Assert.All(await fixture.Next(30), last => Assert.Equal(20L, last));
        Assert.InRange(most, 1, 3);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_an_actor_stashes_itself_stays_aside_until_it_unstashes_and_then_comes_in_order(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor =>
        {
            var open = false;
            actor.On<int>(number =>
            {
                if (!open)
                {
                    actor.Stash.Stash();
                    return;
                }

                actor.Persist(new Note($"{number}"), note => fixture.Report(note.Text));
            });
            actor.On<string>(command => actor.Persist(new Note(command), note =>
            {
                open = true;
                fixture.Report(note.Text);
                actor.Stash.UnstashAll();
            }));
        });
        for (var i = 0; i < 5; i++) actor.Tell(i);
        actor.Tell("open");
        for (var i = 5; i < 8; i++) actor.Tell(i);
        Assert.Equal(["open", "0", "1", "2", "3", "4", "5", "6", "7"], await fixture.Next(9));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_persistent_actor_can_change_its_behavior(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor => actor.On<string>(_ => actor.Persist(new Note("change"), _ =>
            actor.Behave(() => actor.On<string>(second => fixture.Report($"changed {second}"))))));
        actor.Tell("one");
        actor.Tell("two");
        Assert.Equal("changed two", await fixture.Next());
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    private static Task Write(PersistenceFixture fixture, string id, int count) =>
        Write(fixture, id, [.. Enumerable.Range(1, count).Select(i => $"{i}")], report: false);

    private static Task Write(PersistenceFixture fixture, string id, params string[] texts) => Write(fixture, id, texts, report: true);

    private static async Task Write(PersistenceFixture fixture, string id, string[] texts, bool report)
    {
        var writer = report
            ? fixture.StartKeeper(id)
            : fixture.Start(id, actor => actor.On<Note>(note => actor.Persist(note, _ => actor.From.Tell(actor.LastSequenceNr))));
        await PersistenceFixture.Keep(writer, texts);
        await fixture.End(writer);
    }
}
