using System.Data.Common;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit.Sdk;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>An empty database of a test's own.</summary>
internal sealed class TestDatabase : IDisposable
{
    private readonly string? _folder;

    /// <summary>Makes one.</summary>
    /// <param name="provider">Its kind, as <c>provider-name</c> says it.</param>
    public TestDatabase(string provider)
    {
        ProviderName = provider;
        if (provider == OnSqliteAttribute.Provider)
        {
            _folder = Directory.CreateTempSubdirectory("rlhf-journal-").FullName;
            ConnectionString = $"Data Source={_folder}/journal.db";
        }
        else
        {
            ConnectionString = PostgresServer.Instance.CreateDatabase();
        }
    }

    public string ProviderName { get; }

    public string ConnectionString { get; }

    /// <summary>Configures the journal and the snapshot store.</summary>
    public string Hocon => $$"""
        akka.persistence {
          journal {
            plugin = "akka.persistence.journal.sql"
            sql {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              connection-string = "{{ConnectionString}}"
              provider-name = "{{ProviderName}}"
            }
          }
          snapshot-store {
            plugin = "akka.persistence.snapshot-store.sql"
            sql {
              class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
              connection-string = "{{ConnectionString}}"
              provider-name = "{{ProviderName}}"
            }
          }
        }
        """;

    /// <summary>Reads the database past the engine.</summary>
    public List<object?[]> Query(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            rows.Add(row);
        }

        return rows;
    }

    public void Dispose()
    {
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    private DbConnection Open()
    {
        DbConnection connection = ProviderName == OnSqliteAttribute.Provider
            ? new SqliteConnection(ConnectionString)
            : new NpgsqlConnection(ConnectionString);
        connection.Open();
        return connection;
    }
}

/// <summary>Runs a theory on a SQLite file.</summary>
public sealed class OnSqliteAttribute : DataAttribute
{
    public const string Provider = "SQLite.MS";

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Provider]];
}

/// <summary>Runs a theory on PostgreSQL, where that is installed.</summary>
public sealed class OnPostgresAttribute : DataAttribute
{
    public OnPostgresAttribute()
    {
        if (PostgresServer.Programs is null)
            Skip = "PostgreSQL is not installed (Debian's package: postgresql)";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [["PostgreSQL.15"]];
}
