using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// Conversions between float32 and the storage-only formats bfloat16 and IEEE half, on raw bit patterns. Widening is exact; narrowing rounds
/// to the nearest value, ties to even. A NaN stays a NaN of the same sign.
/// </summary>
public static class FloatConversion
{
    private const uint Infinity = 0x7f800000;

    /// <summary>Widens bfloat16 bit patterns to float32; exact for every pattern.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void BFloat16ToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(Fit(source, destination));
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(source[i..]));
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector256<uint>.Count)..]);
        }
        for (; i < source.Length; i++) bits[i] = (uint)source[i] << 16;
    }

    /// <summary>Widens IEEE half bit patterns to float32; exact for every pattern, subnormals included.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void HalfToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(Fit(source, destination));
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(source[i..]));
            WidenHalf(low).CopyTo(bits[i..]);
            WidenHalf(high).CopyTo(bits[(i + Vector256<uint>.Count)..]);
        }
        for (; i < source.Length; i++) destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>Narrows float32 to bfloat16 bit patterns, to nearest, ties to even.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void SingleToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        Fit(source, destination);
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var low = NarrowBFloat16(Vector256.Create(bits[i..]));
            var high = NarrowBFloat16(Vector256.Create(bits[(i + Vector256<uint>.Count)..]));
            Vector256.Narrow(low, high).CopyTo(destination[i..]);
        }
        for (; i < source.Length; i++)
            destination[i] = (ushort)NarrowBFloat16(Vector256.CreateScalar(bits[i])).ToScalar();
    }

    /// <summary>Narrows float32 to IEEE half bit patterns, to nearest, ties to even; beyond ±65,504 the result is an infinity.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="source"/>.</exception>
    public static void SingleToHalf(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        Fit(source, destination);
        for (var i = 0; i < source.Length; i++) destination[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
    }

    /// <summary>Where the first NaN or infinity stands.</summary>
    /// <returns>Its index, or −1 when every value is finite.</returns>
    public static int FirstNonFinite(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var infinity = Vector256.Create(Infinity);
        var i = 0;
        for (; i <= bits.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
        {
            if (Vector256.EqualsAny(Vector256.Create(bits[i..]) & infinity, infinity)) break;
        }
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & Infinity) == Infinity) return i;
        }
        return -1;
    }

    // Both formats keep the sign on top. A half's exponent and fraction move up 13 bits, and the exponent's bias grows from 15 to 127.
    // Its largest exponent means infinity or NaN and goes to float32's largest; its smallest means zero or subnormal, whose value is the
    // fraction times 2^-24: read as 2^-14 × 1.fraction, less the 2^-14 that was not there.
    private static Vector256<uint> WidenHalf(Vector256<uint> half)
    {
        var magnitude = (half & Vector256.Create(0x7fffu)) << 13;
        var exponent = magnitude & Vector256.Create(0x7c00u << 13);
        var normal = magnitude + Vector256.Create((127u - 15u) << 23);
        var special = magnitude | Vector256.Create(Infinity);
        var tiny = Vector256.Create(113u << 23);
        var subnormal = ((magnitude | tiny).AsSingle() - tiny.AsSingle()).AsUInt32();
        // A signalling NaN becomes a quiet one, as every hardware conversion makes it.
        var isNaN = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x7c00 << 13)).AsUInt32();
        special |= isNaN & Vector256.Create(0x00400000u);
        var result = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256.Create(0x7c00u << 13)), special, normal);
        result = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256<uint>.Zero), subnormal, result);
        return result | ((half & Vector256.Create(0x8000u)) << 16);
    }

    // Adding just under half a unit of the last kept place, and one more when that place is odd, carries exactly when rounding goes up.
    private static Vector256<uint> NarrowBFloat16(Vector256<uint> bits)
    {
        var odd = (bits >> 16) & Vector256<uint>.One;
        var rounded = (bits + Vector256.Create(0x7fffu) + odd) >> 16;
        var quiet = (bits >> 16) | Vector256.Create(0x0040u);
        var magnitude = (bits & Vector256.Create(0x7fffffffu)).AsInt32();
        return Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create((int)Infinity)).AsUInt32(), quiet, rounded);
    }

    private static Span<TTo> Fit<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
    {
        if (destination.Length < source.Length)
            throw new ArgumentException($"{source.Length} values do not fit into {destination.Length}", nameof(destination));
        return destination[..source.Length];
    }
}
