using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>
/// A number known to the JIT: a tile's count of rows or columns, so that what a smaller tile does not need is not compiled.
/// </summary>
internal interface ICount
{
    static abstract int Value { get; }
}

internal readonly struct One : ICount { public static int Value => 1; }

internal readonly struct Two : ICount { public static int Value => 2; }

internal readonly struct Three : ICount { public static int Value => 3; }

internal readonly struct Four : ICount { public static int Value => 4; }

internal readonly struct Five : ICount { public static int Value => 5; }

internal readonly struct Six : ICount { public static int Value => 6; }

internal readonly struct Seven : ICount { public static int Value => 7; }

internal readonly struct Eight : ICount { public static int Value => 8; }

/// <summary>
/// The register tile of a matrix product: up to eight rows by three registers of columns, each output one chain of multiply-adds.
/// </summary>
internal static unsafe class Tile<TLanes, TVector, TRows, TColumns>
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TRows : ICount
    where TColumns : ICount
{
    /// <summary>
    /// y[r, c] += Σ_k x[r, k]·w[k, c], k ascending from a zero of its own, for <paramref name="depth"/> steps,
    /// while <paramref name="ahead"/> is asked from memory. No call may stand in the loop: the accumulators would be spilled around it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(float* x, nint xStride, float* w, nint wStride, float* y, nint yStride, int depth, in Prefetch ahead)
    {
        var n = TLanes.Count;
        var x3 = TRows.Value > 3 ? x + (3 * xStride) : x;
        var x6 = TRows.Value > 6 ? x + (6 * xStride) : x;
        var zero = TLanes.Broadcast(0f);
        TVector c00 = zero, c01 = zero, c02 = zero;
        TVector c10 = zero, c11 = zero, c12 = zero;
        TVector c20 = zero, c21 = zero, c22 = zero;
        TVector c30 = zero, c31 = zero, c32 = zero;
        TVector c40 = zero, c41 = zero, c42 = zero;
        TVector c50 = zero, c51 = zero, c52 = zero;
        TVector c60 = zero, c61 = zero, c62 = zero;
        TVector c70 = zero, c71 = zero, c72 = zero;
        var line = ahead.Start;
        var lines = ahead.Lines;
        var lineStep = ahead.Step;
        var wrapStep = ahead.WrapStep;
        var jump = ahead.Jump;
        for (nint k = 0; k < depth; k++)
        {
            if (lines > 0 && Sse.IsSupported)
            {
                Sse.Prefetch1(line);
                if (lines > 1) Sse.Prefetch1(line + jump);
                if (lines > 2) Sse.Prefetch1(line + (2 * jump));
                line += lineStep;
                if ((k & (Prefetch.Wrap - 1)) == Prefetch.Wrap - 1) line += wrapStep;
            }

            var w0 = TLanes.Load(w);
            var w1 = TColumns.Value > 1 ? TLanes.Load(w + n) : zero;
            var w2 = TColumns.Value > 2 ? TLanes.Load(w + (2 * n)) : zero;
            w += wStride;

            var b0 = TLanes.Broadcast(*x);
            c00 = TLanes.MultiplyAdd(b0, w0, c00);
            if (TColumns.Value > 1) c01 = TLanes.MultiplyAdd(b0, w1, c01);
            if (TColumns.Value > 2) c02 = TLanes.MultiplyAdd(b0, w2, c02);

            if (TRows.Value > 1)
            {
                var b1 = TLanes.Broadcast(x[xStride]);
                c10 = TLanes.MultiplyAdd(b1, w0, c10);
                if (TColumns.Value > 1) c11 = TLanes.MultiplyAdd(b1, w1, c11);
                if (TColumns.Value > 2) c12 = TLanes.MultiplyAdd(b1, w2, c12);
            }

            if (TRows.Value > 2)
            {
                var b2 = TLanes.Broadcast(x[2 * xStride]);
                c20 = TLanes.MultiplyAdd(b2, w0, c20);
                if (TColumns.Value > 1) c21 = TLanes.MultiplyAdd(b2, w1, c21);
                if (TColumns.Value > 2) c22 = TLanes.MultiplyAdd(b2, w2, c22);
            }

            if (TRows.Value > 3)
            {
                var b3 = TLanes.Broadcast(*x3);
                c30 = TLanes.MultiplyAdd(b3, w0, c30);
                if (TColumns.Value > 1) c31 = TLanes.MultiplyAdd(b3, w1, c31);
                if (TColumns.Value > 2) c32 = TLanes.MultiplyAdd(b3, w2, c32);
            }

            if (TRows.Value > 4)
            {
                var b4 = TLanes.Broadcast(x3[xStride]);
                c40 = TLanes.MultiplyAdd(b4, w0, c40);
                if (TColumns.Value > 1) c41 = TLanes.MultiplyAdd(b4, w1, c41);
                if (TColumns.Value > 2) c42 = TLanes.MultiplyAdd(b4, w2, c42);
            }

            if (TRows.Value > 5)
            {
                var b5 = TLanes.Broadcast(x3[2 * xStride]);
                c50 = TLanes.MultiplyAdd(b5, w0, c50);
                if (TColumns.Value > 1) c51 = TLanes.MultiplyAdd(b5, w1, c51);
                if (TColumns.Value > 2) c52 = TLanes.MultiplyAdd(b5, w2, c52);
            }

            if (TRows.Value > 6)
            {
                var b6 = TLanes.Broadcast(*x6);
                c60 = TLanes.MultiplyAdd(b6, w0, c60);
                if (TColumns.Value > 1) c61 = TLanes.MultiplyAdd(b6, w1, c61);
                if (TColumns.Value > 2) c62 = TLanes.MultiplyAdd(b6, w2, c62);
            }

            if (TRows.Value > 7)
            {
                var b7 = TLanes.Broadcast(x6[xStride]);
                c70 = TLanes.MultiplyAdd(b7, w0, c70);
                if (TColumns.Value > 1) c71 = TLanes.MultiplyAdd(b7, w1, c71);
                if (TColumns.Value > 2) c72 = TLanes.MultiplyAdd(b7, w2, c72);
            }

            x++;
            if (TRows.Value > 3) x3++;
            if (TRows.Value > 6) x6++;
        }

        AddTo(y, c00, c01, c02);
        if (TRows.Value > 1) AddTo(y + (1 * yStride), c10, c11, c12);
        if (TRows.Value > 2) AddTo(y + (2 * yStride), c20, c21, c22);
        if (TRows.Value > 3) AddTo(y + (3 * yStride), c30, c31, c32);
        if (TRows.Value > 4) AddTo(y + (4 * yStride), c40, c41, c42);
        if (TRows.Value > 5) AddTo(y + (5 * yStride), c50, c51, c52);
        if (TRows.Value > 6) AddTo(y + (6 * yStride), c60, c61, c62);
        if (TRows.Value > 7) AddTo(y + (7 * yStride), c70, c71, c72);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* y, TVector c0, TVector c1, TVector c2)
    {
        var n = TLanes.Count;
        TLanes.Store(TLanes.Add(TLanes.Load(y), c0), y);
        if (TColumns.Value > 1) TLanes.Store(TLanes.Add(TLanes.Load(y + n), c1), y + n);
        if (TColumns.Value > 2) TLanes.Store(TLanes.Add(TLanes.Load(y + (2 * n)), c2), y + (2 * n));
    }
}
