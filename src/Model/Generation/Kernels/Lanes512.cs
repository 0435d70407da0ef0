using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>Sixteen floats a register: AVX-512.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    public static int TileRows => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Min(Vector512<float> left, Vector512<float> right) => Vector512.MinNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> PowerOfTwo(Vector512<float> shifted) =>
        ((shifted.AsInt32() + Vector512.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value) => Vector512.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Maximum(Vector512<float> value)
    {
        var eight = Vector256.Max(value.GetLower(), value.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    /// <inheritdoc/>
    /// <remarks>Quarters of 128 bits are loaded where they end up, then rows and pairs of rows are interleaved within them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStride, float* destination, nint destinationStride)
    {
        if (!Avx512F.IsSupported)
        {
            LanesNative.TransposeScalar(source, sourceStride, destination, destinationStride, Count);
            return;
        }

        for (var quarter = 0; quarter < 4; quarter++)
        {
            // Columns 4q…4q+3 of all rows: each register holds the four columns of rows r, r+4, r+8, r+12.
            var column = source + (4 * quarter);
            var r0 = Gather(column, sourceStride, 0);
            var r1 = Gather(column, sourceStride, 1);
            var r2 = Gather(column, sourceStride, 2);
            var r3 = Gather(column, sourceStride, 3);
            var low01 = Avx512F.UnpackLow(r0, r1).AsDouble();
            var high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
            var low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
            var high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
            var row = destination + (4 * quarter * destinationStride);
            Avx512F.UnpackLow(low01, low23).AsSingle().Store(row);
            Avx512F.UnpackHigh(low01, low23).AsSingle().Store(row + destinationStride);
            Avx512F.UnpackLow(high01, high23).AsSingle().Store(row + (2 * destinationStride));
            Avx512F.UnpackHigh(high01, high23).AsSingle().Store(row + (3 * destinationStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gather(float* column, nint stride, nint row)
    {
        var first = column + (row * stride);
        var low = Vector256.Create(Vector128.Load(first), Vector128.Load(first + (4 * stride)));
        var high = Vector256.Create(Vector128.Load(first + (8 * stride)), Vector128.Load(first + (12 * stride)));
        return Vector512.Create(low, high);
    }
}
