using System.Data;
using System.Data.Common;
using System.Diagnostics;

namespace Akka.Persistence.Sql;

/// <summary>One database: the journal, the snapshots and, where asked for, members and leases.</summary>
internal sealed class SqlStore : IDisposable
{
    private const string ReadEventsSql = """
        SELECT persistence_id, sequence_number, created, message, manifest, identifier, writer_uuid FROM journal
        WHERE persistence_id = @id AND sequence_number >= @from AND sequence_number <= @to AND deleted = @deleted
        ORDER BY sequence_number
        """;

    // Neither database reads a large value to tell its length.
    private const string ReadSizesSql = """
        SELECT sequence_number, length(message) FROM journal
        WHERE persistence_id = @id AND sequence_number >= @from AND sequence_number <= @to AND deleted = @deleted
        ORDER BY sequence_number LIMIT @limit
        """;

    private const string ReadSnapshotSql = """
        SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot
        WHERE persistence_id = @id AND sequence_number <= @to AND created <= @created ORDER BY sequence_number DESC LIMIT 1
        """;

    private const string SaveSnapshotSql = """
        INSERT INTO snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id)
        VALUES (@id, @nr, @created, @snapshot, @manifest, @identifier)
        ON CONFLICT (persistence_id, sequence_number) DO UPDATE SET
          created = excluded.created, snapshot = excluded.snapshot, manifest = excluded.manifest, serializer_id = excluded.serializer_id
        """;

    private readonly SqlDatabase _database;
    private readonly WriteQueue _writer;
    private readonly SemaphoreSlim _readers = new(Math.Max(2, Environment.ProcessorCount));
    private readonly Lazy<Coordination> _coordination;

    /// <summary>Connects nothing yet.</summary>
    /// <param name="database">Where.</param>
    /// <param name="batchSize">The most events that are written in one transaction.</param>
    public SqlStore(SqlDatabase database, int batchSize)
    {
        _database = database;
        _writer = new WriteQueue(database, batchSize);
        _coordination = new Lazy<Coordination>(() => new Coordination(database, _writer));
    }

    /// <summary>The members and leases in this database.</summary>
    public Coordination Coordination => _coordination.Value;

    /// <summary>What this process calls itself in the rows it writes.</summary>
    public string WriterUuid { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Creates the tables where they are missing.</summary>
    public Task Initialize() => _writer.Run(null, session =>
    {
        _database.CreateTables(session);
        return true;
    });

    /// <summary>Appends events to the journal, all or none.</summary>
    /// <param name="events">The events.</param>
    /// <param name="fence">The lease they are written under, if any.</param>
    /// <param name="done">Called on the writer's thread when they are on the disk, or with the reason why they may not be.</param>
    public void Append(IReadOnlyList<EventRow> events, Fence? fence, Action<Exception?> done) =>
        _writer.Add(new WriteRequest { Events = events, Fence = fence, Done = done });

    /// <summary>Ends when everything asked before has been written or has failed.</summary>
    public Task Flush() => _writer.Flush();

    /// <summary>
    /// Deletes events up to a number. The last one stays as a row marked deleted, so that its number is not given again; only that row is written, as large as it may be.
    /// </summary>
    public Task DeleteEvents(string persistenceId, long to, Fence? fence) => _writer.Run(fence, session =>
    {
        session.Execute("""
            DELETE FROM journal WHERE persistence_id = @id
            AND sequence_number < (SELECT max(sequence_number) FROM journal WHERE persistence_id = @id AND sequence_number <= @to)
            """, ("id", persistenceId), ("to", to));
        session.Execute(
            "UPDATE journal SET deleted = @deleted WHERE persistence_id = @id AND sequence_number <= @to",
            ("deleted", true), ("id", persistenceId), ("to", to));
        return session.Execute("DELETE FROM tags WHERE persistence_id = @id AND sequence_nr <= @to", ("id", persistenceId), ("to", to));
    });

    /// <summary>Writes a snapshot, over one of the same number.</summary>
    public Task SaveSnapshot(SnapshotRow row, Fence? fence) => _writer.Run(fence, session => session.Execute(SaveSnapshotSql,
        ("id", row.PersistenceId), ("nr", row.SequenceNr), ("created", row.Created),
        ("snapshot", row.Payload), ("manifest", row.Manifest), ("identifier", row.Identifier)));

    /// <summary>Deletes the snapshots up to a number and a time.</summary>
    public Task DeleteSnapshots(string persistenceId, long to, DateTime latest, Fence? fence) => _writer.Run(fence, session => session.Execute(
        "DELETE FROM snapshot WHERE persistence_id = @id AND sequence_number <= @to AND created <= @created",
        ("id", persistenceId), ("to", to), ("created", latest.Ticks)));

    /// <summary>The highest number given to an event, deleted ones too; 0 where there is none above <paramref name="above"/>.</summary>
    public async Task<long> HighestSequenceNr(string persistenceId, long above, CancellationToken cancellation)
    {
        const string Sql = "SELECT max(sequence_number) FROM journal WHERE persistence_id = @id AND sequence_number > @above";
        var rows = await Read(Sql, row => row.IsDBNull(0) ? 0 : row.GetInt64(0), cancellation, ("id", persistenceId), ("above", above)).ConfigureAwait(false);
        return rows[0];
    }

    /// <summary>The numbers of the next events and their sizes in bytes, in order.</summary>
    public Task<List<EventSize>> ReadSizes(string persistenceId, long from, long to, int limit, CancellationToken cancellation) => Read(
        ReadSizesSql,
        row => new EventSize(row.GetInt64(0), row.GetInt32(1)),
        cancellation, ("id", persistenceId), ("from", from), ("to", to), ("deleted", false), ("limit", limit));

    /// <summary>Events in order.</summary>
    public Task<List<EventRow>> ReadEvents(string persistenceId, long from, long to, CancellationToken cancellation) => Read(
        ReadEventsSql,
        row => new EventRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2), Bytes(row, 3), Text(row, 4) ?? "", Number(row, 5), Text(row, 6)),
        cancellation, ("id", persistenceId), ("from", from), ("to", to), ("deleted", false));

    /// <summary>The latest snapshot up to a number and a time.</summary>
    public async Task<SnapshotRow?> ReadSnapshot(string persistenceId, long to, DateTime latest, CancellationToken cancellation)
    {
        var rows = await Read(
            ReadSnapshotSql,
            row => new SnapshotRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2), Bytes(row, 3), Text(row, 4) ?? "", Number(row, 5)),
            cancellation, ("id", persistenceId), ("to", to), ("created", latest.Ticks)).ConfigureAwait(false);
        return rows.FirstOrDefault();
    }

    /// <summary>Writes what is waiting, then closes every connection.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        if (_coordination.IsValueCreated)
            _coordination.Value.Dispose();
        _database.Dispose();
    }

    private static byte[] Bytes(DbDataReader row, int column) => row.IsDBNull(column) ? [] : (byte[])row.GetValue(column);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static int? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    // On a thread of the pool, because SQLite reads without giving its thread back; as many at a time as there are processors.
    private Task<List<T>> Read<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params (string Name, object Value)[] values) => Task.Run(async () =>
    {
        await _readers.WaitAsync(cancellation).ConfigureAwait(false);
        var started = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                try
                {
                    return await ReadOnce(sql, read, cancellation, values).ConfigureAwait(false);
                }
                catch (DbException) when (_database.IsRemote && Stopwatch.GetElapsedTime(started) < _database.Timeout)
                {
                    await Task.Delay(50, cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _readers.Release();
        }
    }, cancellation);

    private async Task<List<T>> ReadOnce<T>(
        string sql, Func<DbDataReader, T> read, CancellationToken cancellation, (string Name, object Value)[] values)
    {
        var connection = await _database.OpenReader(cancellation).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }
}
