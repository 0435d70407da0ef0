using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Serialization;
using Akka.Util;

namespace Akka.Cluster.Sharding;

/// <summary>Says which entity a message is for. A <see cref="ShardingEnvelope"/> says that itself.</summary>
public interface IMessageExtractor
{
    /// <summary>The entity's id; null where the message is for none.</summary>
    string? EntityId(object message);

    /// <summary>What the entity receives.</summary>
    object? EntityMessage(object message);

    /// <summary>The shard of the entity that a message is for.</summary>
    [Obsolete("Use ShardId(EntityId, object) instead.")]
    string? ShardId(object message);

    /// <summary>The shard of an entity.</summary>
    string ShardId(string entityId, object? messageHint = null);
}

/// <summary>Puts entities into shards by their ids' hashes.</summary>
public abstract class HashCodeMessageExtractor : IMessageExtractor
{
    /// <summary>How many shards there are. It may not change while anything of the kind runs.</summary>
    public readonly int MaxNumberOfShards;

    private readonly string[] _names;

    /// <summary>An extractor.</summary>
    protected HashCodeMessageExtractor(int maxNumberOfShards)
    {
        MaxNumberOfShards = maxNumberOfShards;
        _names = [.. Enumerable.Range(0, maxNumberOfShards).Select(shard => shard.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>An extractor of functions.</summary>
    public static HashCodeMessageExtractor Create(int maxNumberOfShards, Func<object, string?> entityIdExtractor, Func<object, object>? messageExtractor = null) =>
        new Functions(maxNumberOfShards, entityIdExtractor, messageExtractor);

    /// <inheritdoc/>
    public abstract string? EntityId(object message);

    /// <inheritdoc/>
    public virtual object? EntityMessage(object message) => message;

    /// <inheritdoc/>
    [Obsolete("Use ShardId(string, object?) instead. Since v1.5.15")]
    public virtual string? ShardId(object message) => EntityId(message) is { Length: > 0 } id ? ShardId(id, message) : null;

    /// <inheritdoc/>
    public virtual string ShardId(string entityId, object? messageHint = null) => _names[Math.Abs(MurmurHash.StringHash(entityId)) % MaxNumberOfShards];

    private sealed class Functions(int maxNumberOfShards, Func<object, string?> entityId, Func<object, object>? entityMessage) : HashCodeMessageExtractor(maxNumberOfShards)
    {
        public override string? EntityId(object message) => entityId(message);

        public override object? EntityMessage(object message) => entityMessage is null ? message : entityMessage(message);
    }
}

/// <summary>A message with the id of the entity that it is for.</summary>
public sealed class ShardingEnvelope(string entityId, object message) : IWrappedMessage, IClusterMessage
{
    /// <summary>The entity.</summary>
    public string EntityId { get; } = entityId;

    /// <summary>What it receives.</summary>
    public object Message { get; } = message;

    /// <inheritdoc/>
    public override string ToString() => $"ShardingEnvelope({EntityId}, {Message})";
}
