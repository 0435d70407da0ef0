using Akka.Actor;
using Akka.Remote.Transport;
using Akka.Serialization;

namespace Akka.Remote.Serialization;

/// <summary>A message to an actor selection: the names on the way from its anchor, and the message.</summary>
public sealed class MessageContainerSerializer(ExtendedActorSystem owner) : Serializer(owner)
{
    /// <inheritdoc/>
    public override int Identifier => 6;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        var selection = (ActorSelectionMessage)obj;
        var writer = new FrameWriter();
        writer.WriteBoolean(selection.WildCardFanOut);
        writer.WriteVarint(selection.Elements.Length);
        foreach (var element in selection.Elements)
            writer.WriteString(element);
        Payload.Write(system.Serialization, selection.Message, writer);
        return writer.Written.ToArray();
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type)
    {
        var reader = new FrameReader(bytes);
        var fansOut = reader.ReadBoolean();
        var elements = new List<string>();
        for (var count = reader.ReadVarint(); count > 0; count--)
            elements.Add(reader.ReadString());
        return new ActorSelectionMessage(Payload.Read(system.Serialization, ref reader), [.. elements], fansOut);
    }
}
