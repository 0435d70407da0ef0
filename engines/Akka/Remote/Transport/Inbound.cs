using System.Buffers.Binary;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Remote.Transport;

/// <summary>
/// A connection that a peer opened: the handshake, then what it sends, until one of the two ends it. One thread reads it.
/// </summary>
internal sealed class Inbound(Remoting remoting, Connection connection)
{
    private const int ReadLength = 64 * 1024;

    private Association? _peer;
    private ReceivedNames? _names;

    /// <summary>The peer's incarnation, after the handshake.</summary>
    public Incarnation? Peer { get; private set; }

    /// <summary>Ends the connection.</summary>
    public void Close(string reason) => connection.Close(reason);

    /// <summary>Reads until the end.</summary>
    public void Run()
    {
        try
        {
            connection.Secure(remoting.Settings);
            Peer = Handshake.Accept(
                connection.Stream, remoting.Self, remoting.Settings.Token, node => remoting.To(node.Address).Meet(node.Uid));
            if (!remoting.Pending.Met(connection))
                throw new ProtocolException("no handshake within akka.remote.handshake-timeout");
            _peer = remoting.To(Peer.Address);
            _names = new ReceivedNames(remoting.Resolve, Peer.Address);
            remoting.Connected(_peer);
            Read();
        }
        catch (Exception e) when (!remoting.IsStopped)
        {
            var known = Peer is { } peer ? peer.Address.ToString() : connection.RemoteEndPoint;
            if (connection.IsClosed)
                remoting.Log.Warning($"Closed the connection from {known}: {connection.Reason}");
            else if (e is ProtocolException)
                remoting.Log.Warning($"Closed the connection from {known}: {e.Message}");
            else if (Peer is null && e is EndOfStreamException)
                remoting.Log.Warning($"Closed the connection from {known}: it ended within the handshake");
            else if (Peer is null && e is IOException)
                remoting.Log.Warning($"Closed the connection from {known}: {e.Message}");
            else if (e is IOException)
                remoting.Log.Info($"The connection from {known} has ended: {e.Message}");
            else
                remoting.Log.Error(e, $"Closed the connection from {known}");
        }
        catch (Exception) when (remoting.IsStopped)
        {
        }
        finally
        {
            remoting.Pending.Met(connection);
            connection.Dispose();
        }
    }

    private void Read()
    {
        var buffer = new byte[ReadLength];
        int start = 0, end = 0;
        while (true)
        {
            var count = connection.Stream.Read(buffer, end, buffer.Length - end);
            if (count == 0)
            {
                if (end > start)
                    throw new ProtocolException($"it ended after {end - start} bytes of a frame");
                return;
            }
            _peer!.Heard();
            end += count;
            var needed = FrameWriter.Prefix;
            while (end - start >= FrameWriter.Prefix)
            {
                var length = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(start));
                if (length > (uint)remoting.Settings.MaximumFrameSize)
                    throw new ProtocolException(
                        $"a frame of {length} bytes; akka.remote.dot-netty.tcp.maximum-frame-size is {remoting.Settings.MaximumFrameSize}");
                needed = FrameWriter.Prefix + (int)length;
                if (end - start < needed)
                    break;
                Take(new FrameReader(buffer.AsSpan(start + FrameWriter.Prefix, (int)length)));
                start += needed;
                needed = FrameWriter.Prefix;
            }
            if (start == end)
            {
                start = end = 0;
            }
            else if (start > 0 && buffer.Length - start < Math.Max(needed, ReadLength / 2))
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
                start = 0;
            }
            if (needed > buffer.Length) // grows with what has arrived, not with what was announced
                Array.Resize(ref buffer, Math.Min(needed, 2 * buffer.Length));
        }
    }

    private void Take(FrameReader frame)
    {
        switch ((FrameKind)frame.ReadByte())
        {
            case FrameKind.Message:
                var recipient = _names!.ReadRecipient(ref frame);
                var sender = _names.ReadSender(ref frame);
                var message = Payload.Read(remoting.Serialization, ref frame, _names);
                if (message is ActorSelectionMessage selection)
                    ActorSelection.Deliver(recipient, sender!, selection);
                else
                    recipient.Tell(message, sender!);
                break;
            case FrameKind.Watch:
                Pair(ref frame, out var watched, out var watching);
                watched.SendSystemMessage(new Watch(watched, watching));
                break;
            case FrameKind.Unwatch:
                Pair(ref frame, out watched, out watching);
                watched.SendSystemMessage(new Unwatch(watched, watching));
                break;
            case FrameKind.Terminated:
                Pair(ref frame, out var watcher, out var watchee);
                remoting.Watches.Remove(watchee, watcher);
                watcher.SendSystemMessage(new DeathWatchNotification(watchee, frame.ReadBoolean(), frame.ReadBoolean()));
                break;
            case FrameKind.Stop:
                ((IInternalActorRef)_names!.ReadRecipient(ref frame)).Stop();
                break;
            case FrameKind.Heartbeat:
                _peer!.Send(new Outbound(FrameKind.HeartbeatReply));
                break;
            case FrameKind.HeartbeatReply:
                break;
            case FrameKind.NewNames:
                _names!.Clear();
                break;
            case var kind:
                throw new ProtocolException($"a frame of the unknown kind {(byte)kind}");
        }
    }

    private void Pair(ref FrameReader frame, out IInternalActorRef recipient, out IInternalActorRef sender)
    {
        recipient = (IInternalActorRef)_names!.ReadRecipient(ref frame);
        sender = (IInternalActorRef)(_names.ReadSender(ref frame) ?? throw new ProtocolException("a watch without a watcher"));
    }
}
