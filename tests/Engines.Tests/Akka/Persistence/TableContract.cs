using System.Globalization;
using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>What is in the database is what Akka.Persistence.Sql 1.5.30 has there, so either engine goes on with what the other began.</summary>
public sealed class TableContract
{
    // From the statements that linq2db 5.4.1 sends for Akka.Persistence.Sql 1.5.30's default mapping.
    private static readonly string[] SqliteColumns =
    [
        "journal ordering INTEGER 1 1", "journal created BigInt 1 0", "journal deleted Bit 1 0", "journal persistence_id NVarChar(255) 1 0",
        "journal sequence_number BigInt 1 0", "journal message VarBinary 1 0", "journal manifest NVarChar(500) 0 0", "journal identifier INTEGER 0 0",
        "journal writer_uuid NVarChar(128) 0 0",
        "snapshot persistence_id NVarChar(255) 1 1", "snapshot sequence_number BigInt 1 2", "snapshot created BigInt 1 0", "snapshot snapshot VarBinary 0 0",
        "snapshot manifest NVarChar(500) 0 0", "snapshot serializer_id INTEGER 0 0",
        "tags ordering_id INTEGER 1 1", "tags tag NVarChar(64) 1 2", "tags sequence_nr INTEGER 1 0", "tags persistence_id NVarChar(255) 1 0",
    ];

    private static readonly string[] PostgresColumns =
    [
        "journal ordering bigint NO ALWAYS", "journal created bigint NO ", "journal deleted boolean NO ", "journal persistence_id text NO ",
        "journal sequence_number bigint NO ", "journal message bytea NO ", "journal manifest text YES ", "journal identifier integer YES ",
        "journal writer_uuid text YES ",
        "snapshot persistence_id text NO ", "snapshot sequence_number bigint NO ", "snapshot created bigint NO ", "snapshot snapshot bytea YES ",
        "snapshot manifest text YES ", "snapshot serializer_id integer YES ",
        "tags ordering_id bigint NO ", "tags tag text NO ", "tags sequence_nr bigint NO ", "tags persistence_id text NO ",
    ];

    private static readonly string[] Indexes =
    [
        "journal_created_idx (created)", "journal_sequence_number_idx (sequence_number)", "journal_uq (persistence_id, sequence_number)",
        "snapshot_created_idx (created)", "snapshot_sequence_number_idx (sequence_number)",
        "tags_persistence_id_sequence_nr_idx (persistence_id, sequence_nr)", "tags_tag_idx (tag)",
    ];

    [Theory, OnSqlite, OnPostgres]
    public async Task The_tables_are_those_of_Akka_Persistence_Sql(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await PersistenceFixture.Keep(fixture.StartKeeper("p"), "1");
        var sqlite = provider == OnSqliteAttribute.Provider;
        var columns = fixture.Query(sqlite
            ? "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.name IN ('journal', 'snapshot', 'tags') ORDER BY m.name, c.cid"
            : "SELECT table_name, column_name, data_type, is_nullable, identity_generation FROM information_schema.columns WHERE table_name IN ('journal', 'snapshot', 'tags') ORDER BY table_name, ordinal_position");
        Assert.Equal(sqlite ? SqliteColumns : PostgresColumns, columns.Select(column => string.Join(' ', column)));

        var indexes = fixture.Query(sqlite
            ? "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
            : "SELECT indexdef FROM pg_indexes WHERE tablename IN ('journal', 'snapshot', 'tags') AND indexname NOT LIKE 'PK%' ORDER BY indexname");
        Assert.Equal(Indexes, indexes.Select(index => Simple((string)index[0]!)));
        Assert.Single(indexes, index => ((string)index[0]!).StartsWith("CREATE UNIQUE", StringComparison.Ordinal));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Rows_are_filled_as_Akka_Persistence_Sql_does(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        var keeper = fixture.StartKeeper("p");
        var before = DateTime.UtcNow.Ticks;
        await PersistenceFixture.Keep(keeper, "one", "two");
        keeper.Tell("snapshot");
        while (await fixture.Next() is not SaveSnapshotSuccess)
        {
        }

        var after = DateTime.UtcNow.Ticks;
        var events = fixture.Query("SELECT created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid FROM journal ORDER BY ordering");
        Assert.Equal(2, events.Count);
        for (var i = 0; i < 2; i++)
        {
            Assert.InRange(Convert.ToInt64(events[i][0], CultureInfo.InvariantCulture), before, after);
            Assert.False(Convert.ToBoolean(events[i][1], CultureInfo.InvariantCulture));
            Assert.Equal("p", events[i][2]);
            Assert.Equal(i + 1L, events[i][3]);
            Assert.Equal(i == 0 ? "one"u8.ToArray() : "two"u8.ToArray(), events[i][4]);
            Assert.Equal("note-1", events[i][5]);
            Assert.Equal(NoteSerializer.Number, Convert.ToInt32(events[i][6], CultureInfo.InvariantCulture));
            Assert.Equal(32, Guid.ParseExact((string)events[i][7]!, "N").ToString("N").Length);
        }

        var snapshot = Assert.Single(fixture.Query("SELECT persistence_id, sequence_number, created, snapshot, manifest, serializer_id FROM snapshot"));
        Assert.Equal(["p", 2L], snapshot[..2]);
        Assert.InRange(Convert.ToInt64(snapshot[2], CultureInfo.InvariantCulture), before, after);
        Assert.Equal("one\ntwo"u8.ToArray(), snapshot[3]);
        Assert.Equal("pages-1", snapshot[4]);
        Assert.Equal(NoteSerializer.Number, Convert.ToInt32(snapshot[5], CultureInfo.InvariantCulture));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Rows_that_another_process_wrote_are_replayed(string provider)
    {
        await using var fixture = new PersistenceFixture(provider);
        await PersistenceFixture.Keep(fixture.StartKeeper("first"), "1"); // makes the tables
        var bytes = (string text) => provider == OnSqliteAttribute.Provider ? $"X'{text}'" : $"'\\x{text}'::bytea";
        fixture.Query($"""
            INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) VALUES
            (638000000000000000, {(provider == OnSqliteAttribute.Provider ? "0" : "false")}, 'p', 7, {bytes("6869")}, 'note-1', 902, '0123456789abcdef0123456789abcdef'),
            (638000000000000000, {(provider == OnSqliteAttribute.Provider ? "0" : "false")}, 'p', 8, {bytes("686f")}, 'note-1', 902, NULL)
            """);
        fixture.Query($"INSERT INTO snapshot VALUES ('p', 6, 638000000000000000, {bytes("61")}, 'pages-1', 902)");
        var keeper = fixture.StartKeeper("p");
        Assert.Equal(["a", "hi", "ho"], await PersistenceFixture.Texts(keeper));
        Assert.Equal(9, await keeper.Ask<long>(new Note("x"), PersistenceFixture.Patience));
    }

    // "CREATE INDEX a ON public.t USING btree (b)" and "CREATE INDEX a ON t (b)" are "a (b)".
    private static string Simple(string definition)
    {
        var words = definition.Split(' ');
        return $"{words[Array.IndexOf(words, "ON") - 1]} {definition[definition.IndexOf('(', StringComparison.Ordinal)..]}";
    }
}
