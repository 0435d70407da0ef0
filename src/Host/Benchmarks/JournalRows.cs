using System.Data.Common;
using System.Globalization;
using ActorRlhf.Host.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>An event as it stands in the journal's table.</summary>
/// <param name="SequenceNr">Its number among its actor's.</param>
/// <param name="Manifest">What its bytes are.</param>
/// <param name="Message">Its bytes.</param>
/// <param name="Bytes">The bytes of all its columns.</param>
public sealed record JournalRow(long SequenceNr, string Manifest, byte[] Message, long Bytes);

/// <summary>Reads a journal's table with nothing but SQL, as somebody would who does not trust what wrote it.</summary>
public sealed class JournalRows : IDisposable
{
    private const int Numbers = 3 * sizeof(long) + sizeof(int) + 1; // ordering, created, sequence_number; identifier; deleted

    private readonly DbConnection _connection;

    private JournalRows(DbConnection connection) => _connection = connection;

    /// <summary>Opens the database of a run.</summary>
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
    public IEnumerable<JournalRow> Of(string persistenceId)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT sequence_number, manifest, message, length(persistence_id) + length(manifest) + length(writer_uuid) "
            + "FROM journal WHERE persistence_id = @id AND deleted = @deleted ORDER BY sequence_number";
        Add("id", persistenceId);
        Add("deleted", false);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var message = (byte[])reader.GetValue(2);
            yield return new JournalRow(reader.GetInt64(0), reader.GetString(1), message, message.Length + reader.GetInt64(3) + Numbers);
        }

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();
}
