using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace ActorRlhf.Engines.Tests.Node.Persistence;

/// <summary>An event: which it is by its writer's count, and who wrote it.</summary>
public sealed record Entry(long Number, string Writer);

/// <summary>The serializer of entries.</summary>
public sealed class EntrySerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>HOCON that registers it.</summary>
    public const string Hocon = """
        akka.actor {
          serializers.entries = "ActorRlhf.Engines.Tests.Node.Persistence.EntrySerializer, ActorRlhf.Engines.Tests.Node"
          serialization-bindings { "ActorRlhf.Engines.Tests.Node.Persistence.Entry, ActorRlhf.Engines.Tests.Node" = entries }
        }
        """;

    /// <inheritdoc/>
    public override int Identifier => 903;

    /// <inheritdoc/>
    public override string Manifest(object o) => "e1";

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        var entry = (Entry)obj;
        var bytes = new byte[sizeof(long) + Encoding.UTF8.GetByteCount(entry.Writer)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, entry.Number);
        Encoding.UTF8.GetBytes(entry.Writer, bytes.AsSpan(sizeof(long)));
        return bytes;
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest) => manifest == "e1"
        ? new Entry(BinaryPrimitives.ReadInt64LittleEndian(bytes), Encoding.UTF8.GetString(bytes.AsSpan(sizeof(long))))
        : throw new SerializationException($"\"{manifest}\" is no manifest of entries");
}
