using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// TensorBoard's events as bytes: TensorFlow's <c>Event</c> messages, as far as scalars need them, in TFRecord frames, each with its length and the masked CRC-32C
/// of the length and of the message.
/// </summary>
internal static class EventRecords
{
    private const int Start = 1; // SessionLog.START
    private const uint MaskDelta = 0xA282_EAD8; // TFRecord's
    private const int HeaderBytes = sizeof(ulong) + sizeof(uint);

    /// <summary>What a file begins with: which version its events are, and that a session starts, which makes TensorBoard forget older files' events from <paramref name="step"/> on.</summary>
    public static void WriteStart(IBufferWriter<byte> records, DateTimeOffset time, long step)
    {
        Frame(records, Event(time, 0, 3, "brain.Event:2"u8));
        Frame(records, Event(time, step, 7, [1 << 3, Start])); // its field 1, a varint
    }

    /// <summary>Writes a record's figures, each a scalar called <see cref="Tag"/>.</summary>
    public static void Write(IBufferWriter<byte> records, MetricsRecord record)
    {
        var summary = new ArrayBufferWriter<byte>();
        var value = new ArrayBufferWriter<byte>();
        foreach (var (name, figure) in record.Metrics)
        {
            value.ResetWrittenCount();
            WriteBytes(value, 1, Encoding.UTF8.GetBytes(Tag(record.Phase, name)));
            WriteKey(value, 2, wireType: 5);
            BinaryPrimitives.WriteSingleLittleEndian(value.GetSpan(sizeof(float)), (float)figure);
            value.Advance(sizeof(float));
            WriteBytes(summary, 1, value.WrittenSpan);
        }

        Frame(records, Event(record.Time, record.Step, 5, summary.WrittenSpan));
    }

    /// <summary>What a figure is called in TensorBoard, which puts those together that are the same up to the first slash: a phase's.</summary>
    public static string Tag(string phase, string name) => name.StartsWith($"{phase}/", StringComparison.Ordinal) ? name : $"{phase}/{name}";

    /// <summary>CRC-32C (Castagnoli), RFC 3720 appendix B.4.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    private static ReadOnlySpan<byte> Event(DateTimeOffset time, long step, int field, ReadOnlySpan<byte> content)
    {
        var message = new ArrayBufferWriter<byte>();
        WriteKey(message, 1, wireType: 1);
        BinaryPrimitives.WriteDoubleLittleEndian(message.GetSpan(sizeof(double)), (time - DateTimeOffset.UnixEpoch).TotalSeconds);
        message.Advance(sizeof(double));
        WriteKey(message, 2, wireType: 0);
        WriteVarint(message, (ulong)step);
        WriteBytes(message, field, content);
        return message.WrittenSpan;
    }

    private static void Frame(IBufferWriter<byte> records, ReadOnlySpan<byte> message)
    {
        var frame = records.GetSpan(HeaderBytes + message.Length + sizeof(uint));
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[sizeof(ulong)..], Masked(Crc32C(frame[..sizeof(ulong)])));
        message.CopyTo(frame[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[(HeaderBytes + message.Length)..], Masked(Crc32C(message)));
        records.Advance(HeaderBytes + message.Length + sizeof(uint));
    }

    private static uint Masked(uint crc) => BitOperations.RotateRight(crc, 15) + MaskDelta;

    private static void WriteBytes(ArrayBufferWriter<byte> to, int field, ReadOnlySpan<byte> bytes)
    {
        WriteKey(to, field, wireType: 2);
        WriteVarint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void WriteKey(ArrayBufferWriter<byte> to, int field, int wireType) => WriteVarint(to, (ulong)((field << 3) | wireType));

    private static void WriteVarint(ArrayBufferWriter<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.Write([(byte)(value | 0x80)]);
        to.Write([(byte)value]);
    }
}
