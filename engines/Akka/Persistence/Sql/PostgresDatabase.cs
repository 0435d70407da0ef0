using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Akka.Persistence.Sql;

/// <summary>A PostgreSQL server, which the processes of many machines share.</summary>
internal sealed class PostgresDatabase : SqlDatabase
{
    private const int SchemaLock = 0x616b6b61;

    private const string InsertEvent = InsertColumns + " VALUES (@created, false, @id, @nr, @message, @manifest, @identifier, @writer)";

    private const string CopyEvents = """
        COPY journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) FROM STDIN (FORMAT BINARY)
        """;

    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(string providerName, string connectionString, TimeSpan timeout) : base(providerName, connectionString, timeout)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = (int)timeout.TotalSeconds };
        if (builder.MaxAutoPrepare == 0)
        {
            builder.MaxAutoPrepare = 40;
            builder.AutoPrepareMinUsages = 2;
        }
        _source = NpgsqlDataSource.Create(builder);
    }

    /// <inheritdoc/>
    /// <remarks>The server's clock at this moment; <c>now()</c> is when the transaction began, which may have waited for a lock since.</remarks>
    public override string Clock => "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

    public override string LockRows => " FOR UPDATE";

    public override bool SeparateCoordination => true;

    public override bool IsRemote => true;

    /// <inheritdoc/>
    /// <remarks>
    /// The server ends a transaction whose client stands still: the client may be a stopped process, and the rows it has locked are those that
    /// the others need to declare it dead.
    /// </remarks>
    public override SqlSession OpenWriter()
    {
        var session = new SqlSession(_source.OpenConnection());
        try
        {
            session.Execute($"SET idle_in_transaction_session_timeout = {(int)StoppedWriter.Patience.TotalMilliseconds}");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public override async ValueTask<DbConnection> OpenReader(CancellationToken cancellation) =>
        await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);

    public override void Begin(SqlSession session) => session.Transaction = session.Connection.BeginTransaction();

    public override void Commit(SqlSession session)
    {
        session.Transaction!.Commit();
        session.Transaction = null;
    }

    public override void Rollback(SqlSession session)
    {
        session.Transaction?.Rollback();
        session.Transaction = null;
    }

    public override void CreateTables(SqlSession session)
    {
        session.Execute($"SELECT pg_advisory_xact_lock({SchemaLock})");
        session.Execute($"""
            CREATE TABLE IF NOT EXISTS journal (
                ordering        {(ProviderName == "PostgreSQL.15" ? "BIGINT GENERATED ALWAYS AS IDENTITY" : "BIGSERIAL")} NOT NULL,
                created         BigInt  NOT NULL,
                deleted         Boolean NOT NULL,
                persistence_id  text    NOT NULL,
                sequence_number BigInt  NOT NULL,
                message         bytea   NOT NULL,
                manifest        text        NULL,
                identifier      Int         NULL,
                writer_uuid     text        NULL,
                CONSTRAINT "PK_journal" PRIMARY KEY (ordering)
            )
            """);
        // Floating-point numbers, of which large events are made, hardly compress; the server would try all the same.
        if (session.Query("SELECT 1 FROM pg_attribute WHERE attrelid = 'journal'::regclass AND attname = 'message' AND attstorage <> 'e'", _ => true).Count > 0)
            session.Execute("ALTER TABLE journal ALTER COLUMN message SET STORAGE EXTERNAL");
        if (session.Query("SELECT 1 WHERE to_regclass('journal_uq') IS NULL", _ => true).Count > 0)
            session.Execute("ALTER TABLE journal ADD CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number)");
        session.Execute("CREATE INDEX IF NOT EXISTS journal_created_idx ON journal (created)");
        session.Execute("CREATE INDEX IF NOT EXISTS journal_sequence_number_idx ON journal (sequence_number)");
        session.Execute("""
            CREATE TABLE IF NOT EXISTS tags (
                ordering_id    BigInt NOT NULL,
                tag            text   NOT NULL,
                sequence_nr    BigInt NOT NULL,
                persistence_id text   NOT NULL,
                CONSTRAINT "PK_tags" PRIMARY KEY (ordering_id, tag)
            )
            """);
        session.Execute("CREATE INDEX IF NOT EXISTS tags_persistence_id_sequence_nr_idx ON tags (persistence_id, sequence_nr)");
        session.Execute("CREATE INDEX IF NOT EXISTS tags_tag_idx ON tags (tag)");
        session.Execute("""
            CREATE TABLE IF NOT EXISTS snapshot (
                persistence_id  text   NOT NULL,
                sequence_number BigInt NOT NULL,
                created         BigInt NOT NULL,
                snapshot        bytea      NULL,
                manifest        text       NULL,
                serializer_id   Int        NULL,
                CONSTRAINT "PK_snapshot" PRIMARY KEY (persistence_id, sequence_number)
            )
            """);
        session.Execute("CREATE INDEX IF NOT EXISTS snapshot_sequence_number_idx ON snapshot (sequence_number)");
        session.Execute("CREATE INDEX IF NOT EXISTS snapshot_created_idx ON snapshot (created)");
    }

    public override void CreateCoordinationTables(SqlSession session)
    {
        session.Execute($"SELECT pg_advisory_xact_lock({SchemaLock})");
        session.Execute("""
            CREATE TABLE IF NOT EXISTS akka_embedded_lease (
                name text PRIMARY KEY, owner text NOT NULL, epoch bigint NOT NULL, expires bigint NOT NULL
            ) WITH (fillfactor = 50)
            """);
        session.Execute("""
            CREATE TABLE IF NOT EXISTS akka_embedded_member (
                owner text PRIMARY KEY, number bigint NOT NULL, roles text NOT NULL, status text NOT NULL, heartbeat bigint NOT NULL, gap bigint NOT NULL
            ) WITH (fillfactor = 50)
            """);
        session.Execute("CREATE TABLE IF NOT EXISTS akka_embedded_entity (shard text NOT NULL, entity text NOT NULL, PRIMARY KEY (shard, entity))");
    }

    // To copy takes the server least, but a round trip more.
    public override void Insert(SqlSession session, IReadOnlyList<EventRow> rows)
    {
        if (rows is [var single])
        {
            session.Execute(
                InsertEvent,
                ("created", single.Created),
                ("id", single.PersistenceId),
                ("nr", single.SequenceNr),
                ("message", single.Message),
                ("manifest", single.Manifest),
                ("identifier", single.Identifier),
                ("writer", single.WriterUuid));
            return;
        }
        using var import = ((NpgsqlConnection)session.Connection).BeginBinaryImport(CopyEvents);
        foreach (var row in rows)
        {
            import.StartRow();
            import.Write(row.Created, NpgsqlDbType.Bigint);
            import.Write(false, NpgsqlDbType.Boolean);
            import.Write(row.PersistenceId, NpgsqlDbType.Text);
            import.Write(row.SequenceNr, NpgsqlDbType.Bigint);
            import.Write(row.Message, NpgsqlDbType.Bytea);
            import.Write(row.Manifest, NpgsqlDbType.Text);
            if (row.Identifier is { } identifier)
                import.Write(identifier, NpgsqlDbType.Integer);
            else
                import.WriteNull();
            if (row.WriterUuid is { } writer)
                import.Write(writer, NpgsqlDbType.Text);
            else
                import.WriteNull();
        }
        import.Complete();
    }

    // A shared lock on the row holds off whoever would take the lease until this transaction is over.
    public override HashSet<Fence> Held(SqlSession session, IReadOnlyCollection<Fence> fences) =>
        [.. session.Query("SELECT name, owner, epoch FROM akka_embedded_lease WHERE name = ANY(@names) ORDER BY name FOR SHARE",
            row => new Fence(row.GetString(0), row.GetString(1), row.GetInt64(2)),
            ("names", fences.Select(fence => fence.Lease).Distinct().ToArray()))];

    public override void Dispose() => _source.Dispose();
}
