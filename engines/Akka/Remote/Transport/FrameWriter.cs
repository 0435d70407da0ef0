using System.Buffers.Binary;
using System.Text;

namespace Akka.Remote.Transport;

/// <summary>
/// A growing buffer of frames: a frame is its body's length (4 bytes, little-endian) and the body. Many frames are written one behind
/// the other and leave in one send.
/// </summary>
internal sealed class FrameWriter(int capacity = 256)
{
    /// <summary>Bytes of a frame's length.</summary>
    public const int Prefix = sizeof(int);

    private byte[] _bytes = new byte[capacity];
    private int _frame;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>All that was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Bytes of the open frame's body so far.</summary>
    public int BodyLength => Length - _frame - Prefix;

    /// <summary>Forgets everything, and a buffer that one large message made large.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > 16 * capacity)
            _bytes = new byte[capacity];
    }

    /// <summary>Opens a frame.</summary>
    public void Begin()
    {
        _frame = Length;
        Reserve(Prefix);
        Length += Prefix;
    }

    /// <summary>Closes the open frame.</summary>
    public void End() => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_frame), BodyLength);

    /// <summary>Takes the open frame back.</summary>
    public void Abandon() => Length = _frame;

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);
        Length += sizeof(int);
    }

    /// <summary>Seven bits a byte, the lowest first, the eighth bit set on all but the last.</summary>
    public void WriteVarint(int value)
    {
        var rest = (uint)value;
        var space = Reserve(5);
        var count = 0;
        for (; rest > 0x7F; rest >>= 7)
            space[count++] = (byte)(rest | 0x80);
        space[count++] = (byte)rest;
        Length += count;
    }

    /// <summary>The length in bytes as a varint, then UTF-8.</summary>
    public void WriteString(string value)
    {
        WriteVarint(Encoding.UTF8.GetByteCount(value));
        Length += Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetMaxByteCount(value.Length)));
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(Length + count, 2 * _bytes.Length));
        return _bytes.AsSpan(Length);
    }
}
