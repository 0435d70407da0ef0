using System.Runtime.CompilerServices;

namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>
/// Few rows times a large matrix: every weight is read from memory once, whatever the number of rows.
/// An output is <c>bias + Σ_b (Σ_{k in block b} x_k·w_k)</c> with blocks of <see cref="KernelLayout.Depth"/>, both sums in ascending order,
/// so its bits depend neither on the other rows nor on how columns are shared among threads.
/// </summary>
internal static unsafe class MatrixProduct<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats of scratch that <see cref="Multiply"/> needs: a packed tile, and an output tile for a ragged edge.</summary>
    public static int ScratchLength(int rows) => (KernelLayout.Depth * TileWidth) + (rows * TLanes.Count);

    /// <summary>Columns of a register tile.</summary>
    public static int TileWidth => 3 * TLanes.Count;

    /// <summary>y[r, Begin…End) = bias[Begin…End) + x[r]·W[:, Begin…End) for all <paramref name="rows"/>.</summary>
    /// <param name="x">Rows of <c>panel.Depth</c> floats, <paramref name="xStride"/> apart.</param>
    /// <param name="panel">The weights.</param>
    /// <param name="bias">One a column of the whole matrix, or null for none.</param>
    /// <param name="y">Rows of outputs, <paramref name="yStride"/> apart; column c of the matrix goes to y[r, c].</param>
    /// <param name="next">The panel this thread multiplies by next: its first tile is brought near at the end. May be default.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> floats of this thread's own.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* x, nint xStride, int rows, in WeightPanel panel, float* bias, float* y, nint yStride, in WeightPanel next, float* scratch)
    {
        if (panel.End <= panel.Begin || rows == 0) return;
        for (nint row = 0; row < rows; row++)
        {
            var outputs = new Span<float>(y + (row * yStride) + panel.Begin, panel.End - panel.Begin);
            if (bias == null) outputs.Clear();
            else new ReadOnlySpan<float>(bias + panel.Begin, outputs.Length).CopyTo(outputs);
        }

        var tile = BalancedTile(panel.End - panel.Begin);
        if (panel.Transposed)
        {
            // A column's weights are one stream of memory: finish a tile of columns before the next.
            for (var column = panel.Begin; column < panel.End; column += tile)
            {
                for (var k = 0; k < panel.Depth; k += KernelLayout.Depth)
                    MultiplyTile(x, xStride, rows, panel, column, tile, k, y, yStride, next, scratch);
            }
        }
        else
        {
            for (var k = 0; k < panel.Depth; k += KernelLayout.Depth)
            {
                for (var column = panel.Begin; column < panel.End; column += tile)
                    MultiplyTile(x, xStride, rows, panel, column, tile, k, y, yStride, next, scratch);
            }
        }
    }

    /// <summary>Columns of a tile, such that the last one is not much narrower than the others: four registers are two and two.</summary>
    private static int BalancedTile(int columns)
    {
        var registers = (columns + TLanes.Count - 1) / TLanes.Count;
        var tiles = (registers + 2) / 3;
        return (registers + tiles - 1) / tiles * TLanes.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTile(
        float* x, nint xStride, int rows, in WeightPanel panel, int column, int tile, int k, float* y, nint yStride, in WeightPanel next,
        float* scratch)
    {
        var n = TLanes.Count;
        var depth = Math.Min(KernelLayout.Depth, panel.Depth - k);
        var width = Math.Min(tile, panel.End - column);
        var ahead = After(panel, column, tile, k, next);
        var whole = width / n * n;
        if (whole > 0)
        {
            var w = panel.Weights + (k * panel.Stride) + column;
            var stride = panel.Stride;
            if (panel.Transposed)
            {
                PackTransposed(panel, column, k, depth, whole, scratch);
                w = scratch;
                stride = whole;
            }

            Rows(whole / n, x + k, xStride, rows, w, stride, y + column, yStride, depth, ahead);
        }

        if (whole < width) MultiplyEdge(x + k, xStride, rows, panel, column + whole, width - whole, k, depth, y, yStride, ahead, scratch);
    }

    /// <summary>The next tile in the order of <see cref="Multiply"/>, or the first of the next panel.</summary>
    private static Prefetch After(in WeightPanel panel, int column, int tile, int k, in WeightPanel next)
    {
        if (panel.Transposed)
        {
            if (k + KernelLayout.Depth < panel.Depth) return new Prefetch(panel, column, k + KernelLayout.Depth);
            if (column + tile < panel.End) return new Prefetch(panel, column + tile, 0);
        }
        else
        {
            if (column + tile < panel.End) return new Prefetch(panel, column + tile, k);
            if (k + KernelLayout.Depth < panel.Depth) return new Prefetch(panel, panel.Begin, k + KernelLayout.Depth);
        }

        return new Prefetch(next, next.Begin, 0);
    }

    /// <summary>
    /// Fewer columns than a register: through a packed copy padded with zeros, so that nothing outside the matrix is touched.
    /// </summary>
    private static void MultiplyEdge(
        float* x, nint xStride, int rows, in WeightPanel panel, int column, int width, int k, int depth, float* y, nint yStride,
        in Prefetch ahead, float* scratch)
    {
        var n = TLanes.Count;
        var outputs = scratch + (KernelLayout.Depth * TileWidth);
        for (nint i = 0; i < depth; i++)
        {
            for (nint c = 0; c < n; c++)
            {
                scratch[(i * n) + c] = c >= width ? 0f
                    : panel.Transposed ? panel.Weights[((column + c) * panel.Stride) + k + i]
                    : panel.Weights[((k + i) * panel.Stride) + column + c];
            }
        }

        for (nint row = 0; row < rows; row++)
        {
            for (nint c = 0; c < n; c++) outputs[(row * n) + c] = c < width ? y[(row * yStride) + column + c] : 0f;
        }

        Rows(1, x, xStride, rows, scratch, n, outputs, n, depth, ahead);
        for (nint row = 0; row < rows; row++)
        {
            for (nint c = 0; c < width; c++) y[(row * yStride) + column + c] = outputs[(row * n) + c];
        }
    }

    /// <summary>packed[k, c] = weights[column + c, k] for whole registers of columns.</summary>
    private static void PackTransposed(in WeightPanel panel, int column, int k, int depth, int width, float* packed)
    {
        var n = TLanes.Count;
        for (var c = 0; c < width; c += n)
        {
            var source = panel.Weights + ((column + c) * panel.Stride) + k;
            nint i = 0;
            for (; i + n <= depth; i += n) TLanes.Transpose(source + i, panel.Stride, packed + (i * width) + c, width);
            for (; i < depth; i++)
            {
                for (nint lane = 0; lane < n; lane++) packed[(i * width) + c + lane] = source[(lane * panel.Stride) + i];
            }
        }
    }

    private static void Rows(
        int columns, float* x, nint xStride, int rows, float* w, nint wStride, float* y, nint yStride, int depth, in Prefetch ahead)
    {
        switch (columns)
        {
            case 1:
                Rows<One>(x, xStride, rows, w, wStride, y, yStride, depth, ahead);
                break;
            case 2:
                Rows<Two>(x, xStride, rows, w, wStride, y, yStride, depth, ahead);
                break;
            default:
                Rows<Three>(x, xStride, rows, w, wStride, y, yStride, depth, ahead);
                break;
        }
    }

    private static void Rows<TColumns>(
        float* x, nint xStride, int rows, float* w, nint wStride, float* y, nint yStride, int depth, in Prefetch ahead)
        where TColumns : ICount
    {
        var passes = (rows + TLanes.TileRows - 1) / TLanes.TileRows;
        for (var pass = 0; pass < passes; pass++)
        {
            var count = Math.Min(rows, TLanes.TileRows);
            var share = ahead.Share(pass, passes);
            switch (count)
            {
                case 1:
                    Tile<TLanes, TVector, One, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
                case 2:
                    Tile<TLanes, TVector, Two, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
                case 3:
                    Tile<TLanes, TVector, Three, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
                case 4:
                    Tile<TLanes, TVector, Four, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
                case 5:
                    Tile<TLanes, TVector, Five, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
                case 6:
                    Tile<TLanes, TVector, Six, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
                case 7:
                    Tile<TLanes, TVector, Seven, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
                default:
                    Tile<TLanes, TVector, Eight, TColumns>.Accumulate(x, xStride, w, wStride, y, yStride, depth, share);
                    break;
            }

            x += count * xStride;
            y += count * yStride;
            rows -= count;
        }
    }
}
