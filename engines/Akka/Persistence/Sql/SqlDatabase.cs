using System.Data.Common;
using Akka.Configuration;

namespace Akka.Persistence.Sql;

/// <summary>
/// What differs between the databases. The tables <c>journal</c>, <c>tags</c> and <c>snapshot</c> are, column for column and index for index,
/// those that Akka.Persistence.Sql 1.5.30 creates in its default mapping, so either engine goes on with what the other began.
/// </summary>
internal abstract class SqlDatabase(string providerName, string connectionString, TimeSpan timeout) : IDisposable
{
    /// <summary>Inserts one event; the values are <see cref="EventRow"/>'s.</summary>
    protected const string InsertColumns =
        "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)";

    /// <summary>The name that linq2db knows the database by, as in <c>provider-name</c>.</summary>
    public string ProviderName { get; } = providerName;

    public string ConnectionString { get; } = connectionString;

    /// <summary>How long a statement may take.</summary>
    public TimeSpan Timeout { get; } = timeout;

    /// <summary>Told what an operator should know.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>An expression for now, in milliseconds, on the one clock that every expiry is judged by.</summary>
    public abstract string Clock { get; }

    /// <summary>Ends a query whose rows are going to be changed in the same transaction, so that two who do it take the locks in one order.</summary>
    public abstract string LockRows { get; }

    /// <summary>
    /// Whether leases and members have a connection and a thread of their own, or share the journal's because the database has one writer at a time.
    /// </summary>
    public abstract bool SeparateCoordination { get; }

    /// <summary>Whether the database can be away for a while: then a lost connection is worth making again.</summary>
    public abstract bool IsRemote { get; }

    /// <summary>The database that a plugin's configuration names.</summary>
    /// <exception cref="ConfigurationException">The provider is not one of those here.</exception>
    public static SqlDatabase For(string providerName, string connectionString, TimeSpan timeout, Action<string>? warn = null) => providerName switch
    {
        "SQLite" or "SQLite.MS" => new SqliteDatabase(providerName, connectionString, timeout) { Warn = warn ?? (_ => { }) },
        "PostgreSQL" or "PostgreSQL.9.2" or "PostgreSQL.9.3" or "PostgreSQL.9.5" or "PostgreSQL.15" =>
            new PostgresDatabase(providerName, connectionString, timeout),
        _ => throw new ConfigurationException(
            $"provider-name is \"{providerName}\"; the embedded engine has SQLite.MS and PostgreSQL.15 (for others build with RlhfEngines=published)"),
    };

    /// <summary>Opens the connection of a thread that writes.</summary>
    public abstract SqlSession OpenWriter();

    /// <summary>Opens a connection to read with, from a pool.</summary>
    public abstract ValueTask<DbConnection> OpenReader(CancellationToken cancellation);

    /// <summary>Begins a transaction that will write.</summary>
    public abstract void Begin(SqlSession session);

    public abstract void Commit(SqlSession session);

    public abstract void Rollback(SqlSession session);

    /// <summary>Creates the journal's and the snapshots' tables where they are missing. In a transaction.</summary>
    public abstract void CreateTables(SqlSession session);

    /// <summary>Creates the tables of members and leases where they are missing. In a transaction.</summary>
    public abstract void CreateCoordinationTables(SqlSession session);

    /// <summary>Inserts events, in order. In a transaction.</summary>
    public abstract void Insert(SqlSession session, IReadOnlyList<EventRow> rows);

    /// <summary>Those of the fences whose leases are held, which stay so until the transaction ends.</summary>
    public abstract HashSet<Fence> Held(SqlSession session, IReadOnlyCollection<Fence> fences);

    public virtual void Dispose()
    {
    }
}
