using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>The platform's <see cref="Vector{T}"/>: eight floats with AVX2, four with SSE or NEON.</summary>
internal readonly unsafe struct LanesNative : ILanes<Vector<float>>
{
    public static int Count => Vector<float>.Count;

    public static int TileRows => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Load(float* source) => Vector.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Broadcast(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Add(Vector<float> left, Vector<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Subtract(Vector<float> left, Vector<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Multiply(Vector<float> left, Vector<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Divide(Vector<float> left, Vector<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Max(Vector<float> left, Vector<float> right) => Vector.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Min(Vector<float> left, Vector<float> right) => Vector.MinNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> MultiplyAdd(Vector<float> left, Vector<float> right, Vector<float> addend) =>
        Vector.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> PowerOfTwo(Vector<float> shifted) =>
        Vector.AsVectorSingle(Vector.ShiftLeft(Vector.AsVectorInt32(shifted) + new Vector<int>(127), 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector<float> value) => Vector.Sum(value);

    public static float Maximum(Vector<float> value)
    {
        var maximum = value[0];
        for (var lane = 1; lane < Vector<float>.Count; lane++) maximum = MathF.Max(maximum, value[lane]);
        return maximum;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStride, float* destination, nint destinationStride)
    {
        if (Count != 8 || !Avx.IsSupported)
        {
            TransposeScalar(source, sourceStride, destination, destinationStride, Count);
            return;
        }

        for (var half = 0; half < 2; half++)
        {
            // Columns 4h…4h+3 of all rows: each register holds the four columns of rows r and r+4.
            var column = source + (4 * half);
            var r0 = Gather(column, sourceStride, 0);
            var r1 = Gather(column, sourceStride, 1);
            var r2 = Gather(column, sourceStride, 2);
            var r3 = Gather(column, sourceStride, 3);
            var low01 = Avx.UnpackLow(r0, r1).AsDouble();
            var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
            var low23 = Avx.UnpackLow(r2, r3).AsDouble();
            var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
            var row = destination + (4 * half * destinationStride);
            Avx.UnpackLow(low01, low23).AsSingle().Store(row);
            Avx.UnpackHigh(low01, low23).AsSingle().Store(row + destinationStride);
            Avx.UnpackLow(high01, high23).AsSingle().Store(row + (2 * destinationStride));
            Avx.UnpackHigh(high01, high23).AsSingle().Store(row + (3 * destinationStride));
        }
    }

    /// <summary>The transposition without vectors, for any size.</summary>
    internal static void TransposeScalar(float* source, nint sourceStride, float* destination, nint destinationStride, int size)
    {
        for (nint row = 0; row < size; row++)
        {
            for (nint column = 0; column < size; column++)
                destination[(column * destinationStride) + row] = source[(row * sourceStride) + column];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Gather(float* column, nint stride, nint row)
    {
        var first = column + (row * stride);
        return Vector256.Create(Vector128.Load(first), Vector128.Load(first + (4 * stride)));
    }
}
