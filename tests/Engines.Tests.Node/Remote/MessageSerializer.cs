using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace ActorRlhf.Engines.Tests.Node.Remote;

/// <summary>The serializer of the remote tests' messages; a serializer with string manifests, as the product's are.</summary>
public sealed class MessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>HOCON that registers it.</summary>
    public const string Hocon = """
        akka.actor {
          serializers.remote-tests = "ActorRlhf.Engines.Tests.Node.Remote.MessageSerializer, ActorRlhf.Engines.Tests.Node"
          serialization-bindings {
            "ActorRlhf.Engines.Tests.Node.Remote.Numbered, ActorRlhf.Engines.Tests.Node" = remote-tests
            "ActorRlhf.Engines.Tests.Node.Remote.Introduction, ActorRlhf.Engines.Tests.Node" = remote-tests
          }
        }
        """;

    private readonly ExtendedActorSystem _system = system;

    /// <inheritdoc/>
    public override int Identifier => 901;

    /// <inheritdoc/>
    public override string Manifest(object o) => o switch
    {
        Numbered => "n1",
        Introduction => "i1",
        _ => throw new ArgumentException($"{o.GetType()} is none of the remote tests' messages"),
    };

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        switch (obj)
        {
            case Numbered numbered:
                var bytes = new byte[sizeof(long) + numbered.Ballast.Length];
                BinaryPrimitives.WriteInt64LittleEndian(bytes, numbered.Number);
                numbered.Ballast.CopyTo(bytes, sizeof(long));
                return bytes;
            case Introduction introduction:
                return Encoding.UTF8.GetBytes($"{Serialization.SerializedActorPath(introduction.Whom)}\n{introduction.Name}");
            default:
                throw new ArgumentException($"{obj.GetType()} is none of the remote tests' messages");
        }
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        switch (manifest)
        {
            case "n1":
                return new Numbered(BinaryPrimitives.ReadInt64LittleEndian(bytes), bytes[sizeof(long)..]);
            case "i1":
                var lines = Encoding.UTF8.GetString(bytes).Split('\n');
                return new Introduction(_system.Provider.ResolveActorRef(lines[0]), lines[1]);
            default:
                throw new SerializationException($"\"{manifest}\" is no manifest of the remote tests");
        }
    }
}
