using System.Data.Common;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Nodes;

/// <summary>The database of a run's journal and membership.</summary>
/// <param name="ConnectionString">As ADO.NET has it.</param>
/// <param name="Provider">As Akka.Persistence.Sql names it.</param>
public sealed record Database(string ConnectionString, string Provider)
{
    /// <summary>The database that the settings say.</summary>
    /// <exception cref="UserErrorException">It is of no kind that is known.</exception>
    public static Database Of(ClusterSettings settings)
    {
        if (settings.ConnectionString is not { } text) return new($"Data Source={Path.Combine(settings.Directory, "run.db")}", "SQLite.MS");
        var keys = new DbConnectionStringBuilder();
        try
        {
            keys.ConnectionString = text;
        }
        catch (ArgumentException e)
        {
            throw new UserErrorException($"rlhf.cluster.connection-string is no connection string: {e.Message}", e);
        }

        if (keys.ContainsKey("Host") || keys.ContainsKey("Server")) return new(text, "PostgreSQL.15");
        if (keys.ContainsKey("Data Source")) return new(text, "SQLite.MS");
        throw new UserErrorException(
            "rlhf.cluster.connection-string names no database; expected \"Host=...;Database=...;Username=...\" for PostgreSQL or \"Data Source=FILE\" for SQLite");
    }
}
