using Akka.Actor;
using Akka.Event;

namespace Akka.Remote.Transport;

/// <summary>Writes what is sent over one connection as frames.</summary>
internal sealed class Encoder(Remoting remoting, Address peer, FrameWriter writer)
{
    private readonly SentNames _names = new();

    /// <summary>Writes one frame; what cannot be sent is logged and left out, and the connection goes on.</summary>
    public void Write(in Outbound item)
    {
        if (_names.IsFull)
            BeginNames();
        writer.Begin();
        try
        {
            WriteBody(item);
        }
        catch (Exception e) // a serializer's
        {
            Abandon();
            remoting.Log.Error(e, $"{Describe(item)} cannot be serialized and is lost");
            return;
        }
        var length = writer.BodyLength;
        if (length <= remoting.Settings.MaximumFrameSize)
        {
            writer.End();
            return;
        }
        Abandon();
        remoting.Log.Error($"{Describe(item)} takes {length} bytes and is lost: "
            + $"akka.remote.dot-netty.tcp.maximum-frame-size is {remoting.Settings.MaximumFrameSize}");
    }

    private void WriteBody(in Outbound item)
    {
        writer.WriteByte((byte)item.Kind);
        switch (item.Kind)
        {
            case FrameKind.Message:
                _names.Write(writer, item.Recipient!, peer);
                if (item.Sender is { } sender)
                    _names.Write(writer, sender, remoting.Self.Address);
                else
                    _names.Write(writer, "");
                Payload.Write(remoting.Serialization, item.Message!, writer, _names);
                break;
            case FrameKind.Watch or FrameKind.Unwatch:
                _names.Write(writer, item.Recipient!, peer);
                _names.Write(writer, item.Sender!, remoting.Self.Address);
                break;
            case FrameKind.Terminated:
                _names.Write(writer, item.Recipient!, peer);
                _names.Write(writer, item.Sender!, remoting.Self.Address);
                writer.WriteBoolean(item.ExistenceConfirmed);
                writer.WriteBoolean(item.AddressTerminated);
                break;
            case FrameKind.Stop:
                _names.Write(writer, item.Recipient!, peer);
                break;
        }
    }

    // Names that were given in a frame that is not sent would be unknown to the reader.
    private void Abandon()
    {
        writer.Abandon();
        BeginNames();
    }

    private void BeginNames()
    {
        _names.Clear();
        writer.Begin();
        writer.WriteByte((byte)FrameKind.NewNames);
        writer.End();
    }

    private static string Describe(in Outbound item) => $"{(object?)item.Message?.GetType() ?? item.Kind} to {item.Recipient}";
}
