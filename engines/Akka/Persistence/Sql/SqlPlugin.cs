using System.Runtime.Serialization;
using Akka.Serialization;

namespace Akka.Persistence.Sql;

/// <summary>A journal or a snapshot store as a plugin's configuration has it: objects here, rows in the store.</summary>
internal sealed class SqlPlugin(Serialization.Serialization serialization, SqlStore store)
{
    private readonly Lock _gate = new();
    private Task? _ready;

    /// <summary>Where the rows are.</summary>
    public SqlStore Store => store;

    /// <summary>Whether missing tables are created.</summary>
    public required bool CreatesTables { get; init; }

    /// <summary>How many events are read at a time.</summary>
    public required int PageSize { get; init; }

    /// <summary>How long the database may take to answer a recovering actor.</summary>
    public required TimeSpan ReadTimeout { get; init; }

    /// <summary>Ends when the tables are there; tried again when it failed.</summary>
    public Task Ready()
    {
        if (!CreatesTables) return Task.CompletedTask;
        lock (_gate) return _ready = _ready is null or { IsFaulted: true } ? store.Initialize() : _ready;
    }

    /// <summary>An event's row.</summary>
    /// <exception cref="SerializationException">The event has no serializer.</exception>
    public EventRow ToRow(string persistenceId, long sequenceNr, object payload)
    {
        var (bytes, manifest, identifier) = Serialize(payload);
        return new EventRow(persistenceId, sequenceNr, DateTime.UtcNow.Ticks, bytes, manifest, identifier, store.WriterUuid);
    }

    /// <summary>A snapshot's row.</summary>
    /// <exception cref="SerializationException">The snapshot has no serializer.</exception>
    public SnapshotRow ToRow(SnapshotMetadata metadata, object snapshot)
    {
        var (bytes, manifest, identifier) = Serialize(snapshot);
        return new SnapshotRow(metadata.PersistenceId, metadata.SequenceNr, metadata.Timestamp.Ticks, bytes, manifest, identifier);
    }

    /// <summary>A row's event.</summary>
    public object FromRow(EventRow row) => Deserialize(row.Message, row.Identifier, row.Manifest, $"event {row.SequenceNr} of {row.PersistenceId}");

    /// <summary>A row's snapshot.</summary>
    public SnapshotOffer FromRow(SnapshotRow row) => new(
        new SnapshotMetadata(row.PersistenceId, row.SequenceNr, new DateTime(row.Created, DateTimeKind.Utc)),
        Deserialize(row.Payload, row.Identifier, row.Manifest, $"snapshot {row.SequenceNr} of {row.PersistenceId}"));

    private (byte[] Bytes, string Manifest, int Identifier) Serialize(object payload)
    {
        var serializer = serialization.FindSerializerFor(payload);
        return (serializer.ToBinary(payload), Akka.Serialization.Serialization.ManifestFor(serializer, payload), serializer.Identifier);
    }

    // Rows without a serializer's number are from before Akka.NET 1.3: their manifest is a type's name, which is not to be trusted.
    private object Deserialize(byte[] bytes, int? identifier, string manifest, string what) => identifier is { } id
        ? serialization.Deserialize(bytes, id, manifest)
        : throw new SerializationException($"{what} names no serializer (its manifest is \"{manifest}\"); the embedded engine does not read such rows");
}
