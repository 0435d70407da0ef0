using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence.Sql;

namespace Akka.Persistence;

/// <summary>
/// A system's journals and snapshot stores. They are opened when an actor first needs them, and closed after the last actor has ended.
/// </summary>
public class PersistenceExtension : IExtension
{
    private readonly ExtendedActorSystem _system;
    private readonly ConcurrentDictionary<string, Lazy<SqlPlugin>> _plugins = new();
    private readonly Dictionary<(string Provider, string Connection), SqlStore> _stores = [];

    /// <summary>The extension of a system.</summary>
    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = system;
        system.Settings.InjectTopLevelFallback(Persistence.DefaultConfig());
        RecoveryPermits = new SemaphoreSlim(system.Settings.Config.GetInt("akka.persistence.max-concurrent-recoveries"));
        system.RegisterOnTermination(() =>
        {
            lock (_stores)
            {
                foreach (var store in _stores.Values) store.Dispose();
            }
        });
    }

    /// <summary>Says under which lease an actor writes; null where the system is no member of a cluster.</summary>
    internal IWriteLeases? Leases { get; set; }

    /// <summary>One for each actor that may recover.</summary>
    internal SemaphoreSlim RecoveryPermits { get; }

    /// <summary>The members and leases in the default journal's database.</summary>
    internal Coordination Coordination => Journal("").Store.Coordination;

    /// <summary>A journal by its path in the configuration; the default one for the empty path.</summary>
    /// <exception cref="ConfigurationException">It is not configured, or not for this engine.</exception>
    internal SqlPlugin Journal(string path) => Plugin("journal", path);

    /// <summary>A snapshot store by its path in the configuration; the default one for the empty path.</summary>
    /// <inheritdoc cref="Journal"/>
    internal SqlPlugin SnapshotStore(string path) => Plugin("snapshot-store", path);

    private SqlPlugin Plugin(string kind, string path)
    {
        var key = $"akka.persistence.{kind}.plugin";
        if (string.IsNullOrEmpty(path)) path = _system.Settings.Config.GetString(key) ?? "";
        if (path.Length == 0) throw new ConfigurationException($"{key} is not set; the embedded engine has akka.persistence.{kind}.sql");
        return _plugins.GetOrAdd(path, _ => new Lazy<SqlPlugin>(() => Open(kind, path))).Value;
    }

    private SqlPlugin Open(string kind, string path)
    {
        var all = _system.Settings.Config;
        var own = all.GetConfig(path)
            ?? throw new ConfigurationException($"there is no plugin {path}; the embedded engine has akka.persistence.{kind}.sql");
        var config = own.WithFallback(all.GetConfig($"akka.persistence.{kind}.sql"));
        var connection = config.GetString("connection-string") ?? "";
        if (connection.Length == 0)
            throw new ConfigurationException($"{path}.connection-string is not set; the embedded engine keeps events in SQLite or PostgreSQL");
        if (config.GetString("table-mapping") is { } mapping && mapping != "default")
            throw new ConfigurationException($"{path}.table-mapping is {mapping}; the embedded engine has only the default one");
        var provider = config.GetString("provider-name") ?? "";
        lock (_stores)
        {
            if (!_stores.TryGetValue((provider, connection), out var store))
            {
                var database = SqlDatabase.For(
                    provider, connection, config.GetTimeSpan("circuit-breaker.call-timeout"), warning => _system.Log.Warning("{0}", warning));
                store = _stores[(provider, connection)] = new SqlStore(database, config.GetInt("batch-size", 400));
            }

            return new SqlPlugin(_system.Serialization, store)
            {
                CreatesTables = config.GetBoolean("auto-initialize"),
                PageSize = config.GetInt("replay-batch-size"),
                ReadTimeout = config.GetTimeSpan("recovery-event-timeout", TimeSpan.FromSeconds(30)),
            };
        }
    }
}
