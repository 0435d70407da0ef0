using System.Runtime.Serialization;
using Akka.Serialization;

namespace Akka.Remote.Transport;

/// <summary>
/// A message as serializer id, manifest and bytes. What comes back is made by the registered serializer of that id, which alone knows what
/// its manifests mean; a type's name never is one.
/// </summary>
internal static class Payload
{
    private const int MaximumDepth = 16; // a stack has an end

    [ThreadStatic]
    private static int _depth;

    /// <summary>Writes a message at the end of a frame, its manifest as one of the connection's names.</summary>
    public static void Write(Akka.Serialization.Serialization serialization, object message, FrameWriter writer, SentNames names)
    {
        var serializer = serialization.FindSerializerFor(message);
        writer.WriteInt32(serializer.Identifier);
        names.Write(writer, Manifest(serializer, message));
        writer.WriteBytes(serializer.ToBinary(message));
    }

    /// <summary>Reads what <see cref="Write(Akka.Serialization.Serialization, object, FrameWriter, SentNames)"/> wrote.</summary>
    /// <exception cref="SerializationException">No serializer has the id.</exception>
    public static object Read(Akka.Serialization.Serialization serialization, ref FrameReader reader, ReceivedNames names)
    {
        var id = reader.ReadInt32();
        var manifest = names.ReadName(ref reader);
        return Make(serialization, id, manifest, reader.Rest.ToArray());
    }

    /// <summary>Writes a message within another.</summary>
    public static void Write(Akka.Serialization.Serialization serialization, object message, FrameWriter writer)
    {
        var serializer = serialization.FindSerializerFor(message);
        var bytes = serializer.ToBinary(message);
        writer.WriteInt32(serializer.Identifier);
        writer.WriteString(Manifest(serializer, message));
        writer.WriteVarint(bytes.Length);
        writer.WriteBytes(bytes);
    }

    /// <summary>Reads what <see cref="Write(Akka.Serialization.Serialization, object, FrameWriter)"/> wrote.</summary>
    /// <exception cref="SerializationException">No serializer has the id.</exception>
    public static object Read(Akka.Serialization.Serialization serialization, ref FrameReader reader)
    {
        var id = reader.ReadInt32();
        var manifest = reader.ReadString();
        return Make(serialization, id, manifest, reader.ReadBytes(reader.ReadVarint()).ToArray());
    }

    private static string Manifest(Serializer serializer, object message) =>
        serializer is SerializerWithStringManifest named ? named.Manifest(message) : "";

    private static object Make(Akka.Serialization.Serialization serialization, int id, string manifest, byte[] bytes)
    {
        try
        {
            if (++_depth > MaximumDepth)
                throw new ProtocolException($"more than {MaximumDepth} messages within one another");
            return serialization.Deserialize(bytes, id, manifest);
        }
        catch (Exception e) when (_depth == 1)
        {
            throw new ProtocolException($"a message of serializer {id} with the manifest \"{manifest}\" cannot be read: {e.Message}", e);
        }
        finally
        {
            _depth--;
        }
    }
}
