namespace Akka.Persistence.Hosting;

/// <summary>What is kept in a database.</summary>
public enum PersistenceMode
{
    /// <summary>Events and snapshots.</summary>
    Both,

    /// <summary>Events.</summary>
    Journal,

    /// <summary>Snapshots.</summary>
    SnapshotStore,
}
