using System.Data.Common;
using System.Globalization;
using ActorRlhf.Host.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// The audit journal: a table of the run's database that rows are only added to. An action has one when it is asked for, before anything is done, and another when
/// it is known what came of it.
/// </summary>
/// <param name="database">The run's database.</param>
/// <param name="run">The run.</param>
public sealed class AuditLog(Database database, string run)
{
    private const string Columns = "of_id, run, at_ms, operator, source, node, action, argument, reason, done, outcome";
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    private bool IsSqlite => database.Provider.StartsWith("SQLite", StringComparison.Ordinal);

    /// <summary>Writes down what is about to be done.</summary>
    /// <returns>The action's number, for <see cref="EndAsync"/>.</returns>
    /// <exception cref="DbException">The database does not take it.</exception>
    public async Task<long> BeginAsync(AuditEntry entry, CancellationToken stop)
    {
        await using var connection = await OpenAsync(stop).ConfigureAwait(false);
        return await InsertAsync(connection, entry, null, stop).ConfigureAwait(false);
    }

    /// <summary>Writes down what came of an action.</summary>
    /// <param name="entry">The action, with its outcome.</param>
    /// <param name="id">Its number.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="DbException">The database does not take it.</exception>
    public async Task EndAsync(AuditEntry entry, long id, CancellationToken stop)
    {
        await using var connection = await OpenAsync(stop).ConfigureAwait(false);
        await InsertAsync(connection, entry, id, stop).ConfigureAwait(false);
    }

    /// <summary>The last actions, in their order.</summary>
    /// <param name="most">The most wanted.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int most, CancellationToken stop)
    {
        await using var connection = await OpenAsync(stop).ConfigureAwait(false);
        await using var command = Command(
            connection,
            "SELECT a.id, a.at_ms, a.operator, a.source, a.node, a.action, a.argument, a.reason, b.done, b.outcome FROM audit a LEFT JOIN audit b ON b.of_id = a.id "
            + "WHERE a.run = @run AND a.of_id IS NULL ORDER BY a.id DESC LIMIT @most", ("run", run), ("most", most));
        await using var reader = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
        var entries = new List<AuditEntry>();
        while (await reader.ReadAsync(stop).ConfigureAwait(false))
        {
            entries.Add(new AuditEntry
            {
                Id = reader.GetInt64(0),
                At = Epoch.AddMilliseconds(reader.GetInt64(1)),
                Operator = reader.GetString(2),
                From = reader.GetString(3),
                Node = reader.GetString(4),
                Action = reader.GetString(5),
                Argument = reader.GetString(6),
                Reason = reader.GetString(7),
                Done = reader.IsDBNull(8) ? null : reader.GetInt64(8) == 1,
                Outcome = reader.IsDBNull(9) ? null : reader.GetString(9),
            });
        }

        entries.Reverse();
        return entries;
    }

    private async Task<long> InsertAsync(DbConnection connection, AuditEntry entry, long? of, CancellationToken stop)
    {
        await using var command = Command(
            connection,
            $"INSERT INTO audit ({Columns}) VALUES (@of, @run, @at, @operator, @source, @node, @action, @argument, @reason, @done, @outcome) RETURNING id",
            ("of", of), ("run", run), ("at", entry.At.ToUnixTimeMilliseconds()), ("operator", entry.Operator), ("source", entry.From), ("node", entry.Node),
            ("action", entry.Action), ("argument", entry.Argument), ("reason", entry.Reason), ("done", entry.Done is { } done ? done ? 1L : 0L : null), ("outcome", entry.Outcome));
        return Convert.ToInt64(await command.ExecuteScalarAsync(stop).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken stop)
    {
        DbConnection connection = IsSqlite ? new SqliteConnection(database.ConnectionString) : new NpgsqlConnection(database.ConnectionString);
        try
        {
            await connection.OpenAsync(stop).ConfigureAwait(false);
            var number = IsSqlite ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
            await using var command = Command(
                connection,
                $"CREATE TABLE IF NOT EXISTS audit (id {number}, of_id BIGINT UNIQUE, run TEXT NOT NULL, at_ms BIGINT NOT NULL, operator TEXT NOT NULL, source TEXT NOT NULL, "
                + "node TEXT NOT NULL, action TEXT NOT NULL, argument TEXT NOT NULL, reason TEXT NOT NULL, done BIGINT, outcome TEXT)");
            await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static DbCommand Command(DbConnection connection, string text, params (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            if (value is null && connection is NpgsqlConnection) parameter.DbType = name is "outcome" ? System.Data.DbType.String : System.Data.DbType.Int64;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
