using System.Runtime.InteropServices;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Actors.Parameters;

/// <summary>The parameters of a network as the bytes that travel, little-endian, a piece at a time.</summary>
public static class ParameterEncoding
{
    /// <summary>Writes values as bytes; bfloat16 is the nearest one, ties to even.</summary>
    /// <param name="block">The parameters.</param>
    /// <param name="format">How to write a value.</param>
    /// <param name="first">The first value, as an index into <see cref="ParameterBlock.Values"/>.</param>
    /// <param name="bytes">Where they go; as many values as fit are written.</param>
    public static void Encode(ParameterBlock block, ParameterFormat format, long first, Span<byte> bytes)
    {
        var values = FlatMemory.Read(block.Values, first, bytes.Length / ParameterManifest.BytesPerElement(format));
        if (format == ParameterFormat.Bfloat16) FloatConversion.SingleToBFloat16(values, MemoryMarshal.Cast<byte, ushort>(bytes));
        else MemoryMarshal.AsBytes(values).CopyTo(bytes);
    }

    /// <summary>Reads values from bytes into a network.</summary>
    /// <param name="block">The parameters.</param>
    /// <param name="format">How a value is written.</param>
    /// <param name="first">The first value, as an index into <see cref="ParameterBlock.Values"/>.</param>
    /// <param name="bytes">The bytes.</param>
    public static void Decode(ParameterBlock block, ParameterFormat format, long first, ReadOnlySpan<byte> bytes)
    {
        if (format == ParameterFormat.Float32)
        {
            FlatMemory.Write(block.Values, first, MemoryMarshal.Cast<byte, float>(bytes));
            return;
        }

        var narrow = MemoryMarshal.Cast<byte, ushort>(bytes);
        var values = new float[narrow.Length];
        FloatConversion.BFloat16ToSingle(narrow, values);
        FlatMemory.Write(block.Values, first, values);
    }
}
