using System.Numerics;
using System.Runtime.Intrinsics;

namespace ActorRlhf.Model.Generation.Kernels;

/// <summary><see cref="Elementwise{TLanes, TVector}"/> over spans, in this machine's widest registers.</summary>
internal static unsafe class VectorMath
{
    /// <inheritdoc cref="Elementwise{TLanes, TVector}.Maximum"/>
    public static float Maximum(ReadOnlySpan<float> x)
    {
        fixed (float* start = x)
        {
            return Vector512.IsHardwareAccelerated
                ? Elementwise<Lanes512, Vector512<float>>.Maximum(start, x.Length)
                : Elementwise<LanesNative, Vector<float>>.Maximum(start, x.Length);
        }
    }

    /// <inheritdoc cref="Elementwise{TLanes, TVector}.ExpSum"/>
    public static float ExpSum(ReadOnlySpan<float> x, Span<float> y, float shift, float scale)
    {
        if (y.Length < x.Length) throw new ArgumentException($"{x.Length} results do not fit into {y.Length}", nameof(y));
        fixed (float* source = x, destination = y)
        {
            return Vector512.IsHardwareAccelerated
                ? Elementwise<Lanes512, Vector512<float>>.ExpSum(source, destination, x.Length, shift, scale)
                : Elementwise<LanesNative, Vector<float>>.ExpSum(source, destination, x.Length, shift, scale);
        }
    }
}
