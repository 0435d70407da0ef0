using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Remote.Transport;
using Akka.Serialization;

namespace Akka.Cluster.Serialization;

/// <summary>The serializer of the engine's own messages between members.</summary>
public sealed class ClusterMessageSerializer(ExtendedActorSystem owner) : SerializerWithStringManifest(owner)
{
    private const string LookAgainManifest = "L", ShardFreeManifest = "F", EnvelopeManifest = "E";

    /// <inheritdoc/>
    public override int Identifier => 5;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        LookAgain => LookAgainManifest,
        ShardFree => ShardFreeManifest,
        ShardingEnvelope => EnvelopeManifest,
        _ => throw new ArgumentException($"{o.GetType()} is none of {nameof(ClusterMessageSerializer)}'s messages"),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        switch (obj)
        {
            case ShardFree free:
                return Encoding.UTF8.GetBytes(free.Shard);
            case ShardingEnvelope envelope:
                var writer = new FrameWriter();
                writer.WriteString(envelope.EntityId);
                Payload.Write(system.Serialization, envelope.Message, writer);
                return writer.Written.ToArray();
            default:
                return [];
        }
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case LookAgainManifest:
                return LookAgain.Instance;
            case ShardFreeManifest:
                return new ShardFree(Encoding.UTF8.GetString(bytes));
            case EnvelopeManifest:
                var reader = new FrameReader(bytes);
                return new ShardingEnvelope(reader.ReadString(), Payload.Read(system.Serialization, ref reader));
            default:
                throw new SerializationException($"\"{manifest}\" is no manifest of {nameof(ClusterMessageSerializer)}");
        }
    }
}
