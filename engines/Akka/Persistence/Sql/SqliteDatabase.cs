using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Akka.Persistence.Sql;

/// <summary>A file that the processes of one machine share: write-ahead log, every commit on the disk before it is acknowledged.</summary>
internal sealed class SqliteDatabase : SqlDatabase
{
    private const string InsertEvent = InsertColumns + " VALUES (@created, 0, @id, @nr, @message, @manifest, @identifier, @writer)";

    private readonly string _writing;
    private readonly string _reading;
    private readonly string _file;

    public SqliteDatabase(string providerName, string connectionString, TimeSpan timeout) : base(providerName, connectionString, timeout)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { DefaultTimeout = (int)timeout.TotalSeconds };
        _reading = builder.ConnectionString;
        _file = Path.GetFullPath(builder.DataSource);
        builder.Pooling = false;
        _writing = builder.ConnectionString;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The time since the machine started: one clock for all its processes, and one that nobody sets. After a restart it begins again, which
    /// <see cref="CreateCoordinationTables"/> notices.
    /// </remarks>
    public override string Clock => "machine_clock()";

    public override string LockRows => "";

    public override bool SeparateCoordination => false;

    public override bool IsRemote => false;

    public override SqlSession OpenWriter()
    {
        var connection = new SqliteConnection(_writing);
        try
        {
            connection.Open();
            connection.CreateFunction("machine_clock", () => Environment.TickCount64);
            var session = new SqlSession(connection);
            session.Execute("PRAGMA journal_mode = WAL");
            session.Execute("PRAGMA synchronous = FULL");
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override async ValueTask<DbConnection> OpenReader(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(_reading);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        return connection;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// One process writes at a time. Those that wait look every millisecond, so each gets its turn soon; SQLite's own handler would look ten times
    /// a second, and a process that writes without a pause would keep the others out.
    /// </remarks>
    public override void Begin(SqlSession session)
    {
        var handle = ((SqliteConnection)session.Connection).Handle;
        var started = Stopwatch.GetTimestamp();
        StoppedWriter? stopped = null;
        while (true)
        {
            var outcome = raw.sqlite3_exec(handle, "BEGIN IMMEDIATE");
            if (outcome == raw.SQLITE_OK) return;
            if (outcome != raw.SQLITE_BUSY || Stopwatch.GetElapsedTime(started) > Timeout) SqliteException.ThrowExceptionForRC(outcome, handle);
            Thread.Sleep(1);
            if (Stopwatch.GetElapsedTime(started) > StoppedWriter.Patience) (stopped ??= new StoppedWriter(_file, Warn)).End();
        }
    }

    public override void Commit(SqlSession session) => session.Execute("COMMIT");

    public override void Rollback(SqlSession session) => session.Execute("ROLLBACK");

    public override void CreateTables(SqlSession session)
    {
        session.Execute("""
            CREATE TABLE IF NOT EXISTS [journal] (
                [ordering]        INTEGER       NOT NULL PRIMARY KEY AUTOINCREMENT,
                [created]         BigInt        NOT NULL,
                [deleted]         Bit           NOT NULL,
                [persistence_id]  NVarChar(255) NOT NULL,
                [sequence_number] BigInt        NOT NULL,
                [message]         VarBinary     NOT NULL,
                [manifest]        NVarChar(500)     NULL,
                [identifier]      INTEGER           NULL,
                [writer_uuid]     NVarChar(128)     NULL
            )
            """);
        session.Execute("CREATE UNIQUE INDEX IF NOT EXISTS journal_uq ON journal (persistence_id, sequence_number)");
        session.Execute("CREATE INDEX IF NOT EXISTS journal_created_idx ON journal (created)");
        session.Execute("CREATE INDEX IF NOT EXISTS journal_sequence_number_idx ON journal (sequence_number)");
        session.Execute("""
            CREATE TABLE IF NOT EXISTS [tags] (
                [ordering_id]    INTEGER       NOT NULL,
                [tag]            NVarChar(64)  NOT NULL,
                [sequence_nr]    INTEGER       NOT NULL,
                [persistence_id] NVarChar(255) NOT NULL,
                CONSTRAINT [PK_tags] PRIMARY KEY ([ordering_id], [tag])
            )
            """);
        session.Execute("CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr)");
        session.Execute("CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags (tag)");
        session.Execute("""
            CREATE TABLE IF NOT EXISTS [snapshot] (
                [persistence_id]  NVarChar(255) NOT NULL,
                [sequence_number] BigInt        NOT NULL,
                [created]         BigInt        NOT NULL,
                [snapshot]        VarBinary         NULL,
                [manifest]        NVarChar(500)     NULL,
                [serializer_id]   INTEGER           NULL,
                CONSTRAINT [PK_snapshot] PRIMARY KEY ([persistence_id], [sequence_number])
            )
            """);
        session.Execute("CREATE INDEX IF NOT EXISTS snapshot_sequence_number_idx ON snapshot (sequence_number)");
        session.Execute("CREATE INDEX IF NOT EXISTS snapshot_created_idx ON snapshot (created)");
    }

    public override void CreateCoordinationTables(SqlSession session)
    {
        session.Execute("""
            CREATE TABLE IF NOT EXISTS akka_embedded_lease (
                name TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, epoch INTEGER NOT NULL, expires INTEGER NOT NULL
            ) WITHOUT ROWID
            """);
        session.Execute("""
            CREATE TABLE IF NOT EXISTS akka_embedded_member (
                owner TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL, roles TEXT NOT NULL, status TEXT NOT NULL, heartbeat INTEGER NOT NULL, gap INTEGER NOT NULL
            ) WITHOUT ROWID
            """);
        session.Execute("""
            CREATE TABLE IF NOT EXISTS akka_embedded_entity (shard TEXT NOT NULL, entity TEXT NOT NULL, PRIMARY KEY (shard, entity)) WITHOUT ROWID
            """);
        session.Execute("CREATE TABLE IF NOT EXISTS akka_embedded_boot (id TEXT NOT NULL)");

        // Nobody outlives the machine: what an earlier start of it left is nobody's, whatever the clock says now.
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        if (session.Query("SELECT id FROM akka_embedded_boot", row => row.GetString(0)) is [var known] && known == boot)
            return;
        session.Execute("DELETE FROM akka_embedded_boot");
        session.Execute("INSERT INTO akka_embedded_boot VALUES (@id)", ("id", boot));
        session.Execute("DELETE FROM akka_embedded_member");
        session.Execute("UPDATE akka_embedded_lease SET owner = '', expires = 0");
    }

    public override void Insert(SqlSession session, IReadOnlyList<EventRow> rows)
    {
        foreach (var row in rows)
            session.Execute(InsertEvent, ("created", row.Created), ("id", row.PersistenceId), ("nr", row.SequenceNr), ("message", row.Message),
                ("manifest", row.Manifest), ("identifier", row.Identifier), ("writer", row.WriterUuid));
    }

    public override HashSet<Fence> Held(SqlSession session, IReadOnlyCollection<Fence> fences) =>
        [.. fences.Where(fence => session.Query(
            "SELECT 1 FROM akka_embedded_lease WHERE name = @name AND owner = @owner AND epoch = @epoch", _ => true,
            ("name", fence.Lease), ("owner", fence.Owner), ("epoch", fence.Epoch)).Count > 0)];

    public override void Dispose()
    {
        using var connection = new SqliteConnection(_reading);
        SqliteConnection.ClearPool(connection);
    }
}
