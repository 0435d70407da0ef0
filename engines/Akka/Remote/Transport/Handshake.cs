using System.Buffers.Binary;
using System.Security.Cryptography;
using Akka.Actor;

namespace Akka.Remote.Transport;

/// <summary>An actor system as its peers know it: where it is, and which incarnation of it.</summary>
internal sealed record Incarnation(Address Address, int Uid);

/// <summary>
/// What stands before the first message of a connection:
/// <code>
/// client → Hello      magic, version, uid, own address, the server's address, nonce
/// server → Challenge  uid, nonce
/// client → Proof      HMAC-SHA256(token, "client" · Hello · Challenge)
/// server → Welcome    HMAC-SHA256(token, "server" · Hello · Challenge)
/// </code>
/// The client proves itself first, so a stranger gets nothing computed from the token; both nonces stand below both proofs, so neither can
/// be replayed or reflected. Where the server refuses, it answers with the reason instead.
/// </summary>
internal static class Handshake
{
    /// <summary>Version of the wire format; both ends must have the same.</summary>
    public const int Version = 1;

    /// <summary>Bytes that a handshake's frame may have.</summary>
    public const int MaximumFrame = 1024;

    private const int Magic = 0x524B4B41; // "AKKR"
    private const int NonceLength = 32;
    private const byte Refused = 0, Agreed = 1, Quarantined = 2;

    /// <summary>The client's part.</summary>
    /// <returns>The server's uid.</returns>
    /// <exception cref="ProtocolException">The server refused, does not know the token, or speaks something else.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public static int Open(Stream stream, Incarnation self, Address server, byte[] token)
    {
        var hello = Body(writer =>
        {
            writer.WriteInt32(Magic);
            writer.WriteVarint(Version);
            writer.WriteInt32(self.Uid);
            writer.WriteString(self.Address.ToString());
            writer.WriteString(server.ToString());
            writer.WriteBytes(RandomNumberGenerator.GetBytes(NonceLength));
        });
        Write(stream, hello);
        var challenge = Read(stream);
        var uid = Answer(challenge).ReadInt32();
        Write(stream, Prove(token, "client"u8, hello, challenge));
        var proof = Answer(Read(stream)).Rest;
        if (!CryptographicOperations.FixedTimeEquals(proof, Prove(token, "server"u8, hello, challenge)))
            throw new ProtocolException("it does not know this cluster's token (akka.remote.token)");
        return uid;
    }

    /// <summary>
    /// The server's part. A client that does not know the token is told no more than that, and nothing that it says is believed.
    /// </summary>
    /// <param name="stream">The connection.</param>
    /// <param name="self">This system.</param>
    /// <param name="token">The cluster's token.</param>
    /// <param name="objection">Why a client that has proved itself is in quarantine; null lets it in.</param>
    /// <exception cref="ProtocolException">The client is refused.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public static Incarnation Accept(Stream stream, Incarnation self, byte[] token, Func<Incarnation, string?> objection)
    {
        var hello = Read(stream);
        var reader = new FrameReader(hello);
        if (reader.ReadInt32() != Magic)
            throw new ProtocolException("what it sent is not this protocol's handshake");
        if (reader.ReadVarint() is var version && version != Version)
            throw Refuse(stream, $"it speaks version {version} of the wire format, this node version {Version}");
        var uid = reader.ReadInt32();
        string client = reader.ReadString(), server = reader.ReadString();
        reader.ReadBytes(NonceLength);

        var challenge = Body(writer =>
        {
            writer.WriteByte(Agreed);
            writer.WriteInt32(self.Uid);
            writer.WriteBytes(RandomNumberGenerator.GetBytes(NonceLength));
        });
        Write(stream, challenge);
        if (!CryptographicOperations.FixedTimeEquals(Read(stream), Prove(token, "client"u8, hello, challenge)))
            throw Refuse(stream, "it does not know this cluster's token (akka.remote.token)");

        if (server != self.Address.ToString())
            throw Refuse(stream, $"it wants {server}, this node is {self.Address}");
        if (!Address.TryParse(client, out var address) || address!.HasLocalScope)
            throw Refuse(stream, $"its address \"{client}\" is none");
        var node = new Incarnation(address, uid);
        if (objection(node) is { } reason)
            throw Refuse(stream, reason, Quarantined);
        Write(stream, [Agreed, .. Prove(token, "server"u8, hello, challenge)]);
        return node;
    }

    private static FrameReader Answer(byte[] frame)
    {
        var reader = new FrameReader(frame);
        var answer = reader.ReadByte();
        return answer == Agreed
            ? reader
            : throw new ProtocolException($"it refused: {reader.ReadString()}") { IsQuarantine = answer == Quarantined };
    }

    private static ProtocolException Refuse(Stream stream, string reason, byte answer = Refused)
    {
        Write(stream, Body(writer =>
        {
            writer.WriteByte(answer);
            writer.WriteString(reason);
        }));
        return new ProtocolException(reason);
    }

    private static byte[] Prove(byte[] token, ReadOnlySpan<byte> role, byte[] hello, byte[] challenge) =>
        HMACSHA256.HashData(token, (byte[])[.. role, .. hello, .. challenge]);

    private static byte[] Body(Action<FrameWriter> write)
    {
        var writer = new FrameWriter();
        write(writer);
        return writer.Written.ToArray();
    }

    private static void Write(Stream stream, byte[] body)
    {
        var writer = new FrameWriter();
        writer.Begin();
        writer.WriteBytes(body);
        writer.End();
        stream.Write(writer.Written);
    }

    private static byte[] Read(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[FrameWriter.Prefix];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        if (length > MaximumFrame)
            throw new ProtocolException($"a handshake frame of {length} bytes; {MaximumFrame} are the most");
        var body = new byte[length];
        stream.ReadExactly(body);
        return body;
    }
}
