using System.Data.Common;
using System.Globalization;
using ActorRlhf.Host.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorRlhf.Host.Journals;

/// <summary>Reads a journal's table with nothing but SQL, as somebody would who does not trust what wrote it, or wants single events of many.</summary>
public sealed class JournalRows : IDisposable
{
    private const int Numbers = 3 * sizeof(long) + sizeof(int) + 1; // ordering, created, sequence_number; identifier; deleted
    private const string Lengths = "length(persistence_id) + length(manifest) + length(writer_uuid)";
    private const string OfActor = "FROM journal WHERE persistence_id = @id AND deleted = @deleted";

    private readonly DbConnection _connection;

    private JournalRows(DbConnection connection) => _connection = connection;

    /// <summary>Opens the database of a run.</summary>
    /// <exception cref="DbException">There is none, or it does not answer.</exception>
    public static JournalRows Open(ClusterSettings settings)
    {
        var database = Database.Of(settings);
        DbConnection connection = database.Provider.StartsWith("SQLite", StringComparison.Ordinal)
            ? new SqliteConnection(new SqliteConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString)
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        return new JournalRows(connection);
    }

    /// <summary>Bytes of the database: of its file, or of its tables and indexes.</summary>
    public long DatabaseBytes()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = _connection is SqliteConnection
            ? "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            : "SELECT pg_database_size(current_database())";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>The events of an actor, in order, one at a time.</summary>
    public IEnumerable<JournalRow> Of(string persistenceId) => Select($"{OfActor} ORDER BY sequence_number", ("id", persistenceId));

    /// <summary>The events of an actor from a number on, of a kind, in order, one at a time.</summary>
    /// <param name="persistenceId">The actor.</param>
    /// <param name="from">The first number.</param>
    /// <param name="manifest">The kind.</param>
    public IEnumerable<JournalRow> From(string persistenceId, long from, string manifest) =>
        Select($"{OfActor} AND manifest = @manifest AND sequence_number >= @from ORDER BY sequence_number", ("id", persistenceId), ("manifest", manifest), ("from", from));

    /// <summary>The first event of an actor from a number on, of a kind, with no more of its message than its beginning; null where there is none.</summary>
    /// <param name="persistenceId">The actor.</param>
    /// <param name="from">The first number.</param>
    /// <param name="through">The last number.</param>
    /// <param name="manifest">The kind.</param>
    /// <param name="bytes">How much of its message.</param>
    public JournalRow? Head(string persistenceId, long from, long through, string manifest, int bytes) => Select(
        $"{OfActor} AND manifest = @manifest AND sequence_number >= @from AND sequence_number <= @through ORDER BY sequence_number LIMIT 1",
        string.Create(CultureInfo.InvariantCulture, $"substr(message, 1, {bytes})"),
        ("id", persistenceId), ("manifest", manifest), ("from", from), ("through", through)).FirstOrDefault();

    /// <summary>The numbers of an actor's first and last event; null where it has none.</summary>
    public (long First, long Last)? Bounds(string persistenceId)
    {
        using var command = Command($"SELECT min(sequence_number), max(sequence_number) {OfActor}", [("id", persistenceId)]);
        using var reader = command.ExecuteReader();
        return reader.Read() && !reader.IsDBNull(0) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private IEnumerable<JournalRow> Select(string rest, params (string Name, object Value)[] parameters) => Select(rest, "message", parameters);

    private IEnumerable<JournalRow> Select(string rest, string message, params (string Name, object Value)[] parameters)
    {
        using var command = Command($"SELECT sequence_number, manifest, {message}, {Lengths}, created {rest}", parameters);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var bytes = (byte[])reader.GetValue(2);
            yield return new JournalRow(
                reader.GetInt64(0), reader.GetString(1), bytes, bytes.Length + reader.GetInt64(3) + Numbers, new DateTimeOffset(reader.GetInt64(4), TimeSpan.Zero));
        }
    }

    private DbCommand Command(string text, (string Name, object Value)[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters.Append(("deleted", false)))
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
