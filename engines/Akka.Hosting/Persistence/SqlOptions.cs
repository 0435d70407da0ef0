using Akka.Configuration;
using Akka.Hosting;

namespace Akka.Persistence.Sql.Hosting;

/// <summary>A journal in a database.</summary>
public sealed class SqlJournalOptions(bool isDefaultPlugin, string identifier = "sql")
{
    /// <summary>The default journal, <c>sql</c>.</summary>
    public SqlJournalOptions()
        : this(true)
    {
    }

    /// <summary>Whether actors that name no journal use it.</summary>
    public bool IsDefaultPlugin { get; set; } = isDefaultPlugin;

    /// <summary>Its name.</summary>
    public string Identifier { get; set; } = identifier;

    /// <summary>The database.</summary>
    public string? ConnectionString { get; set; }

    /// <summary><c>SQLite.MS</c> or <c>PostgreSQL.15</c>.</summary>
    public string? ProviderName { get; set; }

    /// <summary>Whether missing tables are created.</summary>
    public bool AutoInitialize { get; set; } = true;

    /// <summary>Its path in the configuration.</summary>
    public string PluginId => $"akka.persistence.journal.{Identifier}";

    /// <exception cref="ArgumentNullException">The connection string or the provider's name is missing.</exception>
    internal Config ToConfig() => SqlPlugin.ToConfig("akka.persistence.journal", PluginId, IsDefaultPlugin, ConnectionString, ProviderName, AutoInitialize);
}

/// <summary>A snapshot store in a database.</summary>
public sealed class SqlSnapshotOptions(bool isDefaultPlugin, string identifier = "sql")
{
    /// <summary>The default snapshot store, <c>sql</c>.</summary>
    public SqlSnapshotOptions()
        : this(true)
    {
    }

    /// <summary>Whether actors that name no snapshot store use it.</summary>
    public bool IsDefaultPlugin { get; set; } = isDefaultPlugin;

    /// <summary>Its name.</summary>
    public string Identifier { get; set; } = identifier;

    /// <summary>The database.</summary>
    public string? ConnectionString { get; set; }

    /// <summary><c>SQLite.MS</c> or <c>PostgreSQL.15</c>.</summary>
    public string? ProviderName { get; set; }

    /// <summary>Whether missing tables are created.</summary>
    public bool AutoInitialize { get; set; } = true;

    /// <summary>Its path in the configuration.</summary>
    public string PluginId => $"akka.persistence.snapshot-store.{Identifier}";

    /// <exception cref="ArgumentNullException">The connection string or the provider's name is missing.</exception>
    internal Config ToConfig() => SqlPlugin.ToConfig("akka.persistence.snapshot-store", PluginId, IsDefaultPlugin, ConnectionString, ProviderName, AutoInitialize);
}

/// <summary>What a journal and a snapshot store say alike.</summary>
file static class SqlPlugin
{
    public static Config ToConfig(string kind, string pluginId, bool isDefault, string? connectionString, string? providerName, bool autoInitialize)
    {
        if (string.IsNullOrWhiteSpace(connectionString)) throw new ArgumentNullException(nameof(connectionString), $"{pluginId} needs a connection string");
        if (string.IsNullOrWhiteSpace(providerName)) throw new ArgumentNullException(nameof(providerName), $"{pluginId} needs a provider: SQLite.MS or PostgreSQL.15");
        return HoconText.Section(pluginId, ("connection-string", connectionString), ("provider-name", providerName), ("auto-initialize", autoInitialize))
            + (isDefault ? HoconText.Section(kind, ("plugin", pluginId)) : "");
    }
}
