using System.Buffers.Binary;
using System.Text;

namespace ActorRlhf.Host.Tests.Runs;

/// <summary>Reads an event file as TensorBoard does: to the first record that is not whole. Nothing of it is shared with the writer.</summary>
internal static class EventFile
{
    /// <summary>An event: a version, the start of a session, or scalars.</summary>
    public sealed record Event(double Time, long Step, string? Version, bool IsStart, IReadOnlyDictionary<string, float> Scalars);

    public static List<Event> Read(byte[] file)
    {
        var events = new List<Event>();
        for (var at = 0; at + 12 <= file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            if (at + 12 + length + 4 > file.Length) break;
            var message = file.AsSpan(at + 12, length);
            Assert.Equal(Masked(message), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            events.Add(Parse(message.ToArray()));
            at += 12 + length + 4;
        }

        return events;
    }

    private static Event Parse(byte[] message)
    {
        var read = new Event(double.NaN, 0, null, false, new Dictionary<string, float>());
        foreach (var (field, wire, number, bytes) in Fields(message))
        {
            read = (field, wire) switch
            {
                (1, 1) => read with { Time = BitConverter.UInt64BitsToDouble(number) },
                (2, 0) => read with { Step = (long)number },
                (3, 2) => read with { Version = Encoding.UTF8.GetString(bytes) },
                (5, 2) => read with { Scalars = Fields(bytes).Select(value => Scalar(value.Bytes)).ToDictionary() },
                (7, 2) => read with { IsStart = Fields(bytes).Single() is (1, 0, 1, _) },
                _ => throw new FormatException($"field {field} of wire type {wire} is none of an event's"),
            };
        }

        return read;
    }

    private static (string Tag, float Value) Scalar(byte[] value)
    {
        var fields = Fields(value).ToList();
        Assert.Equal([(1, 2), (2, 5)], fields.Select(field => (field.Number, field.Wire)));
        return (Encoding.UTF8.GetString(fields[0].Bytes), BitConverter.UInt32BitsToSingle((uint)fields[1].Value));
    }

    private static IEnumerable<(int Number, int Wire, ulong Value, byte[] Bytes)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            var (number, wire) = ((int)(key >> 3), (int)(key & 7));
            var value = wire switch { 0 or 2 => Varint(message, ref at), 1 => BitConverter.ToUInt64(message, at), 5 => BitConverter.ToUInt32(message, at), _ => throw new FormatException() };
            var size = wire switch { 1 => 8, 5 => 4, 2 => (int)value, _ => 0 };
            yield return (number, wire, value, wire == 2 ? message[at..(at + size)] : []);
            at += size;
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }

    // Bit by bit, with the reflected polynomial of RFC 3720.
    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) == 1 ? 0x82F6_3B78u : 0);
        }

        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282_EAD8u);
    }
}
