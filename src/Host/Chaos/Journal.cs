using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;
using Akka.Actor;
using Akka.Hosting;
using Akka.Persistence;
using Akka.Persistence.Sql.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorRlhf.Host.Chaos;

/// <summary>An event of a journal.</summary>
/// <param name="SequenceNr">Its number.</param>
/// <param name="Event">The event.</param>
public sealed record JournalEntry(long SequenceNr, object Event);

/// <summary>Reads what persistent actors have written, without being them: through Akka.Persistence, in an actor system that is in no cluster and writes nothing.</summary>
public sealed class Journal : IAsyncDisposable
{
    private readonly IHost _host;

    private Journal(IHost host) => _host = host;

    private ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

    /// <summary>Opens the journal of a database.</summary>
    public static async Task<Journal> OpenAsync(Database database)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("journal", akka => akka
            .ConfigureLoggers(loggers => loggers.ClearLoggers())
            .WithCustomSerializer("actor-rlhf", ProtocolSerializer.Manifests.Keys, system => new ProtocolSerializer(system))
            .WithSqlPersistence(database.ConnectionString, database.Provider));
        var host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        return new Journal(host);
    }

    /// <summary>Everything that an actor has written, in order.</summary>
    /// <param name="persistenceId">Its name.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<IReadOnlyList<JournalEntry>> ReadAsync(string persistenceId, CancellationToken stop)
    {
        var (entries, done) = (new List<JournalEntry>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var reader = System.ActorOf(Props.Create(() => new Reader(persistenceId, entries.Add, done)));
        await done.Task.WaitAsync(stop).ConfigureAwait(false);
        System.Stop(reader);
        return entries;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        _host.Dispose();
    }

    private sealed class Reader : ReceivePersistentActor
    {
        private readonly TaskCompletionSource _done;

        public Reader(string persistenceId, Action<JournalEntry> read, TaskCompletionSource done)
        {
            (PersistenceId, _done) = (persistenceId, done);
            Recover<RecoveryCompleted>(_ => done.TrySetResult());
            Recover<object>(@event => read(new JournalEntry(LastSequenceNr, @event)));
            CommandAny(_ => { });
        }

        public override string PersistenceId { get; }

        // From the first event on, wherever the actor itself would begin.
        public override Recovery Recovery { get; } = new(SnapshotSelectionCriteria.None);

        protected override void OnRecoveryFailure(Exception reason, object? message = null) => _done.TrySetException(reason);
    }
}
