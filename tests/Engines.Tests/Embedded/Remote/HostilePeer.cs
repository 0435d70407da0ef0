using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Akka.Actor;
using Akka.Remote.Transport;

namespace ActorRlhf.Engines.Tests.Embedded.Remote;

/// <summary>A connection to a system's port that says what the test wants it to.</summary>
internal sealed class HostilePeer : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly Address _server;

    public HostilePeer(string address)
    {
        _server = Address.Parse(address);
        _socket.Connect(IPAddress.Loopback, _server.Port!.Value);
        _socket.ReceiveTimeout = 20_000;
        Stream = new NetworkStream(_socket);
    }

    public Stream Stream { get; set; }

    /// <summary>Goes through the handshake as a node that knows the token.</summary>
    /// <returns>The server's uid.</returns>
    public int ShakeHands(string token = "", int uid = 1)
    {
        var own = new Incarnation(new Address("akka.tcp", "hostile", "127.0.0.1", 1), uid);
        return Handshake.Open(Stream, own, _server, Encoding.UTF8.GetBytes(token));
    }

    public void Send(params byte[] bytes)
    {
        try
        {
            Stream.Write(bytes);
        }
        catch (IOException)
        {
            // Refused before all was sent.
        }
    }

    public void SendLength(uint length)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        Send(bytes);
    }

    public void SendFrame(Action<FrameWriter> body)
    {
        var writer = new FrameWriter();
        writer.Begin();
        body(writer);
        writer.End();
        Send(writer.Written.ToArray());
    }

    /// <summary>A message frame for <c>/user/echo</c>.</summary>
    public void SendMessage(int serializer, string manifest, params byte[] payload) => SendFrame(writer =>
    {
        writer.WriteByte((byte)FrameKind.Message);
        foreach (var name in new[] { "/user/echo", "" })
        {
            writer.WriteVarint(name.Length == 0 ? SentNames.None : SentNames.Literal);
            if (name.Length > 0)
                writer.WriteString(name);
        }
        writer.WriteInt32(serializer);
        writer.WriteVarint(SentNames.Literal);
        writer.WriteString(manifest);
        writer.WriteBytes(payload);
    });

    /// <summary>Says that nothing more will come.</summary>
    public void Finish() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Whether the other end closes the connection.</summary>
    public bool IsClosed()
    {
        var bytes = new byte[1024];
        try
        {
            while (_socket.Receive(bytes) > 0)
            {
            }
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown;
        }
    }

    public void Dispose() => _socket.Dispose();
}
