using ActorRlhf.Actors.Protocol;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Microsoft.Data.Sqlite;

namespace ActorRlhf.Actors.Tests;

/// <summary>A SQLite file of a test's own, and the actor systems that use it one after the other.</summary>
internal sealed class RunDatabase : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ActorSystem? _system;

    public string Folder { get; } = Directory.CreateTempSubdirectory("rlhf-actors-").FullName;

    public string File => Path.Combine(Folder, "run.db");

    /// <summary>Has a system's persistent actors write here.</summary>
    public string Hocon => $$"""
        akka.persistence.journal {
          plugin = "akka.persistence.journal.sql"
          sql {
            class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
            connection-string = "Data Source={{File}}"
            provider-name = "SQLite.MS"
          }
        }
        akka.persistence.snapshot-store {
          plugin = "akka.persistence.snapshot-store.sql"
          sql {
            class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
            connection-string = "Data Source={{File}}"
            provider-name = "SQLite.MS"
          }
        }
        """;

    /// <summary>Ends the system that runs, as if its process had been killed as far as its actors can tell, and starts another one.</summary>
    public async Task<ActorSystem> Start()
    {
        await Stop();
        return _system = ActorSystem.Create("run", ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString($$"""
                akka.loglevel = OFF
                akka.stdout-loglevel = OFF
                {{Hocon}}
                """)),
            ProtocolSerializer.Setup));
    }

    /// <summary>Starts a system with a kit for probes.</summary>
    public async Task<TestKit> StartKit() => new(await Start());

    public async Task Stop()
    {
        if (_system is { } running) await running.Terminate();
        _system = null;
    }

    /// <summary>What a query's rows have in their first column.</summary>
    public List<T> Query<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(reader.GetFieldValue<T>(0));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(Folder, recursive: true);
    }
}
