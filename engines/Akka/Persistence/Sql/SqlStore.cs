using System.Data.Common;

namespace Akka.Persistence.Sql;

/// <summary>One database: the journal, the snapshots and, where asked for, members and leases.</summary>
internal sealed class SqlStore : IDisposable
{
    private const string ReadEventsSql = """
        SELECT persistence_id, sequence_number, created, message, manifest, identifier, writer_uuid FROM journal
        WHERE persistence_id = @id AND sequence_number >= @from AND sequence_number <= @to AND deleted = @deleted ORDER BY sequence_number LIMIT @limit
        """;

    private const string ReadSnapshotSql = """
        SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot
        WHERE persistence_id = @id AND sequence_number <= @to AND created <= @created ORDER BY sequence_number DESC LIMIT 1
        """;

    private const string SaveSnapshotSql = """
        INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id) VALUES (@id, @nr, @created, @snapshot, @manifest, @identifier)
        ON CONFLICT (persistence_id, sequence_number) DO UPDATE SET created = excluded.created, snapshot = excluded.snapshot, manifest = excluded.manifest, serializer_id = excluded.serializer_id
        """;

    private readonly SqlDatabase database;
    private readonly WriteQueue writer;
    private readonly SemaphoreSlim readers = new(Math.Max(2, Environment.ProcessorCount));
    private readonly Lazy<Coordination> coordination;

    /// <summary>Connects nothing yet.</summary>
    /// <param name="database">Where.</param>
    /// <param name="batchSize">The most events that are written in one transaction.</param>
    public SqlStore(SqlDatabase database, int batchSize)
    {
        this.database = database;
        writer = new WriteQueue(database, batchSize);
        coordination = new Lazy<Coordination>(() => new Coordination(database, writer));
    }

    /// <summary>The members and leases in this database.</summary>
    public Coordination Coordination => coordination.Value;

    /// <summary>What this process calls itself in the rows it writes.</summary>
    public string WriterUuid { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Creates the tables where they are missing.</summary>
    public Task Initialize() => writer.Run(null, session =>
    {
        database.CreateTables(session);
        return true;
    });

    /// <summary>Appends events to the journal, all or none.</summary>
    /// <param name="events">The events.</param>
    /// <param name="fence">The lease they are written under, if any.</param>
    /// <param name="done">Called on the writer's thread when they are on the disk, or with the reason why they may not be.</param>
    public void Append(IReadOnlyList<EventRow> events, Fence? fence, Action<Exception?> done) =>
        writer.Add(new WriteRequest { Events = events, Fence = fence, Done = done });

    /// <summary>Ends when everything asked before has been written or has failed.</summary>
    public Task Flush() => writer.Flush();

    /// <summary>Deletes events up to a number. The last one stays as a row marked deleted, so that its number is not given again.</summary>
    public Task DeleteEvents(string persistenceId, long to, Fence? fence) => writer.Run(fence, session =>
    {
        session.Execute("UPDATE journal SET deleted = @deleted WHERE persistence_id = @id AND sequence_number <= @to", ("deleted", true), ("id", persistenceId), ("to", to));
        session.Execute("""
            DELETE FROM journal WHERE persistence_id = @id AND sequence_number <= @to
            AND sequence_number < (SELECT max(sequence_number) FROM journal WHERE persistence_id = @id AND deleted = @deleted)
            """, ("id", persistenceId), ("to", to), ("deleted", true));
        return session.Execute("DELETE FROM tags WHERE persistence_id = @id AND sequence_nr <= @to", ("id", persistenceId), ("to", to));
    });

    /// <summary>Writes a snapshot, over one of the same number.</summary>
    public Task SaveSnapshot(SnapshotRow row, Fence? fence) => writer.Run(fence, session => session.Execute(SaveSnapshotSql,
        ("id", row.PersistenceId), ("nr", row.SequenceNr), ("created", row.Created), ("snapshot", row.Payload), ("manifest", row.Manifest), ("identifier", row.Identifier)));

    /// <summary>Deletes the snapshots up to a number and a time.</summary>
    public Task DeleteSnapshots(string persistenceId, long to, DateTime latest, Fence? fence) => writer.Run(fence, session => session.Execute(
        "DELETE FROM snapshot WHERE persistence_id = @id AND sequence_number <= @to AND created <= @created", ("id", persistenceId), ("to", to), ("created", latest.Ticks)));

    /// <summary>The highest number given to an event, deleted ones too; 0 where there is none above <paramref name="above"/>.</summary>
    public async Task<long> HighestSequenceNr(string persistenceId, long above, CancellationToken cancellation) =>
        (await Read("SELECT max(sequence_number) FROM journal WHERE persistence_id = @id AND sequence_number > @above", row => row.IsDBNull(0) ? 0 : row.GetInt64(0), cancellation,
            ("id", persistenceId), ("above", above)).ConfigureAwait(false))[0];

    /// <summary>Events in order, a page at a time.</summary>
    public Task<List<EventRow>> ReadEvents(string persistenceId, long from, long to, int limit, CancellationToken cancellation) => Read(ReadEventsSql, row => new EventRow(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), (byte[])row.GetValue(3), row.IsDBNull(4) ? "" : row.GetString(4), row.IsDBNull(5) ? null : row.GetInt32(5), row.IsDBNull(6) ? null : row.GetString(6)),
        cancellation, ("id", persistenceId), ("from", from), ("to", to), ("deleted", false), ("limit", limit));

    /// <summary>The latest snapshot up to a number and a time.</summary>
    public async Task<SnapshotRow?> ReadSnapshot(string persistenceId, long to, DateTime latest, CancellationToken cancellation) => (await Read(ReadSnapshotSql, row => new SnapshotRow(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? [] : (byte[])row.GetValue(3), row.IsDBNull(4) ? "" : row.GetString(4), row.IsDBNull(5) ? null : row.GetInt32(5)),
        cancellation, ("id", persistenceId), ("to", to), ("created", latest.Ticks)).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>Writes what is waiting, then closes every connection.</summary>
    public void Dispose()
    {
        writer.Dispose();
        if (coordination.IsValueCreated)
            coordination.Value.Dispose();
        database.Dispose();
    }

    // On a thread of the pool, because SQLite reads without giving its thread back; as many at a time as there are processors.
    private Task<List<T>> Read<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params (string Name, object Value)[] values) => Task.Run(async () =>
    {
        await readers.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var connection = await database.OpenReader(cancellation).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in values)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                rows.Add(read(reader));
            return rows;
        }
        finally
        {
            readers.Release();
        }
    }, cancellation);
}
