using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>In which order commands, writes and handlers come.</summary>
public sealed class PersistContract
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_handler_runs_when_its_event_is_on_the_disk(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor => actor.On<string>(text => actor.Persist(new Note(text), note =>
            fixture.Report((note.Text, fixture.Query("SELECT sequence_number FROM journal WHERE persistence_id = 'p'").Count)))));
        for (var i = 1; i <= 20; i++) actor.Tell($"{i}");
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (object)($"{i}", i)), await fixture.Next(20));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Commands_wait_until_what_the_one_before_persisted_is_handled(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor => actor.On<int>(command =>
        {
            fixture.Report($"command {command}");
            actor.Persist(new Note($"{command}a"), note => fixture.Report(note.Text));
            actor.PersistAll([new Note($"{command}b"), new Note($"{command}c")], note => fixture.Report(note.Text));
        }));
        for (var i = 0; i < 50; i++) actor.Tell(i);
        var expected = Enumerable.Range(0, 50).SelectMany(i => new[] { $"command {i}", $"{i}a", $"{i}b", $"{i}c" });
        Assert.Equal(expected, await fixture.Next(200));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_a_handler_persists_comes_before_the_next_command(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor =>
        {
            actor.On<string>(command =>
            {
                fixture.Report(command);
                actor.Persist(new Note("outer"), outer =>
                {
                    fixture.Report(outer.Text);
                    actor.Persist(new Note("inner"), inner => fixture.Report(inner.Text));
                });
            });
        });
        actor.Tell("one");
        actor.Tell("two");
        Assert.Equal(["one", "outer", "inner", "two", "outer", "inner"], await fixture.Next(6));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task PersistAsync_lets_commands_through_and_keeps_handlers_in_order_and_DeferAsync_in_its_place(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor =>
        {
            actor.On<string>(command =>
            {
                fixture.Report(command);
                if (command != "first") return;
                actor.Me.Tell("second", actor.Me);
                actor.PersistAsync(new Note("a"), note => fixture.Report(note.Text));
                actor.PersistAllAsync([new Note("b"), new Note("c")], note => fixture.Report(note.Text));
                actor.DeferAsync(new Note("deferred"), note => fixture.Report(note.Text));
                actor.PersistAsync(new Note("d"), note => fixture.Report(note.Text));
            });
        });
        actor.Tell("first");
        Assert.Equal(["first", "second", "a", "b", "c", "deferred", "d"], await fixture.Next(7));
        Assert.Equal(4, fixture.Query("SELECT 1 FROM journal").Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task DeferAsync_with_nothing_before_it_runs_at_once(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor => actor.On<string>(_ =>
        {
            actor.DeferAsync(new Note("deferred"), note => fixture.Report(note.Text));
            fixture.Report("after");
        }));
        actor.Tell("go");
        Assert.Equal(["deferred", "after"], await fixture.Next(2));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_handler_answers_the_sender_of_its_command(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor => actor.On<string>(text => actor.PersistAsync(new Note(text), note => actor.From.Tell(note.Text))));
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => actor.Ask<string>($"{i}", PersistenceFixture.Patience)));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), answers);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_asynchronous_command_persists_when_it_is_done_and_the_next_one_waits(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var gate = new TaskCompletionSource();
        var actor = fixture.Start("p", actor => actor.OnAsync<string>(async command =>
        {
            fixture.Report($"begin {command}");
            await gate.Task;
            actor.Persist(new Note(command), note => fixture.Report(note.Text));
            await Task.Yield();
            fixture.Report($"end {command}");
        }));
        actor.Tell("one");
        actor.Tell("two");
        Assert.Equal("begin one", await fixture.Next());
        gate.SetResult();
        Assert.Equal(["end one", "one", "begin two", "end two", "two"], await fixture.Next(5));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_events_persisted_together_none_is_written_when_one_has_no_bytes(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var actor = fixture.Start("p", actor =>
        {
            actor.Rejected = text => fixture.Report($"rejected {text}");
            actor.On<string>(_ =>
            {
                actor.PersistAll([new Note("a"), new Note("unwritable"), new Note("b")], note => fixture.Report(note.Text));
                actor.Persist(new Note("c"), note => fixture.Report(note.Text));
            });
        });
        actor.Tell("go");
        Assert.Equal(["rejected a", "rejected unwritable", "rejected b", "c"], await fixture.Next(4));
        Assert.Single(fixture.Query("SELECT 1 FROM journal"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_two_actors_with_one_id_the_one_that_writes_late_stops_and_the_journal_stays_whole(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var first = fixture.StartKeeper("p");
        var second = fixture.Start("p", actor =>
        {
            actor.Failed = text => fixture.Report($"failed {text}");
            actor.Past<RecoveryCompleted>(_ => fixture.Report("recovered 0"));
            actor.On<Note>(note => actor.Persist(note, _ => fixture.Report("written")));
        });
        Assert.Equal(["recovered 0", "recovered 0"], await fixture.Next(2));
        await PersistenceFixture.Keep(first, "a", "b");
        second.Tell(new Note("x"));
        Assert.Equal("failed x", await fixture.Next());
        await fixture.Ended(second);
        await PersistenceFixture.Keep(first, "c");
        await fixture.End(first);
        Assert.Equal(["a", "b", "c"], await PersistenceFixture.Texts(fixture.StartKeeper("p")));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Many_actors_persist_at_once_and_each_has_its_own_events_in_order(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var texts = Enumerable.Range(0, 20).Select(i => $"{i}").ToArray();
        var keepers = Enumerable.Range(0, 100).Select(i => fixture.StartKeeper($"p{i}")).ToArray();
        await Task.WhenAll(keepers.Select(keeper => PersistenceFixture.Keep(keeper, texts)));
        await Task.WhenAll(keepers.Select(fixture.End));
        foreach (var again in keepers.Select((_, i) => fixture.StartKeeper($"p{i}")))
            Assert.Equal(texts, await PersistenceFixture.Texts(again));
    }
}
