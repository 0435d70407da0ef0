using System.Buffers.Binary;
using System.Text;

namespace Akka.Remote.Transport;

/// <summary>Reads one frame's body. Everything is checked against the body's end.</summary>
/// <exception cref="ProtocolException">The frame ends too early or holds a number that no writer writes.</exception>
internal ref struct FrameReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte ReadByte() => ReadBytes(1)[0];

    public bool ReadBoolean() => ReadByte() != 0;

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    /// <summary>A number from 0 on, as <see cref="FrameWriter.WriteVarint"/> wrote it.</summary>
    public int ReadVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 32; shift += 7)
        {
            var next = ReadByte();
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
                return value <= int.MaxValue ? (int)value : throw new ProtocolException($"a number of {value}");
        }
        throw new ProtocolException("a number of more than five bytes");
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadBytes(ReadVarint()));

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > _rest.Length)
            throw new ProtocolException($"a frame that ends {count - _rest.Length} bytes too early");
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }
}
