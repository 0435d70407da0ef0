using Akka.Hosting;
using Akka.Persistence.Hosting;

namespace Akka.Persistence.Sql.Hosting;

/// <summary>Persistence in a database as a builder has it.</summary>
public static class HostingExtensions
{
    /// <summary>Keeps events and snapshots in a database.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The database.</param>
    /// <param name="providerName"><c>SQLite.MS</c> or <c>PostgreSQL.15</c>.</param>
    /// <param name="mode">Which of them.</param>
    /// <param name="autoInitialize">Whether missing tables are created.</param>
    /// <param name="pluginIdentifier">The journal's and the store's name.</param>
    /// <param name="isDefaultPlugin">Whether actors that name no journal or store use these.</param>
    /// <exception cref="ArgumentNullException">The connection string or the provider's name is empty.</exception>
    public static AkkaConfigurationBuilder WithSqlPersistence(
        this AkkaConfigurationBuilder builder, string connectionString, string providerName, PersistenceMode mode = PersistenceMode.Both,
        bool autoInitialize = true, string pluginIdentifier = "sql", bool isDefaultPlugin = true) => builder.WithSqlPersistence(
            mode == PersistenceMode.SnapshotStore ? null : new SqlJournalOptions(isDefaultPlugin, pluginIdentifier)
            {
                ConnectionString = connectionString,
                ProviderName = providerName,
                AutoInitialize = autoInitialize,
            },
            mode == PersistenceMode.Journal ? null : new SqlSnapshotOptions(isDefaultPlugin, pluginIdentifier)
            {
                ConnectionString = connectionString,
                ProviderName = providerName,
                AutoInitialize = autoInitialize,
            });

    /// <summary>Keeps events and snapshots in a database.</summary>
    /// <exception cref="ArgumentException">Both are null.</exception>
    public static AkkaConfigurationBuilder WithSqlPersistence(
        this AkkaConfigurationBuilder builder, Action<SqlJournalOptions>? journalOptionConfigurator = null,
        Action<SqlSnapshotOptions>? snapshotOptionConfigurator = null, bool isDefaultPlugin = true)
    {
        var journal = journalOptionConfigurator is null ? null : new SqlJournalOptions(isDefaultPlugin);
        var snapshots = snapshotOptionConfigurator is null ? null : new SqlSnapshotOptions(isDefaultPlugin);
        if (journal is not null) journalOptionConfigurator!(journal);
        if (snapshots is not null) snapshotOptionConfigurator!(snapshots);
        return builder.WithSqlPersistence(journal, snapshots);
    }

    /// <summary>Keeps events and snapshots in a database.</summary>
    /// <exception cref="ArgumentException">Both are null.</exception>
    public static AkkaConfigurationBuilder WithSqlPersistence(
        this AkkaConfigurationBuilder builder, SqlJournalOptions? journalOptions = null, SqlSnapshotOptions? snapshotOptions = null)
    {
        if (journalOptions is null && snapshotOptions is null)
            throw new ArgumentException($"{nameof(journalOptions)} and {nameof(snapshotOptions)} could not both be null");
        if (journalOptions is not null) builder.AddHocon(journalOptions.ToConfig(), HoconAddMode.Prepend);
        if (snapshotOptions is not null) builder.AddHocon(snapshotOptions.ToConfig(), HoconAddMode.Prepend);
        return builder;
    }
}
