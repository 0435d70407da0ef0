using System.Runtime.CompilerServices;

namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>
/// Attention of one query over one head's cached positions. Keys are cached as <c>[positions / 16, head width, 16]</c>, so that the
/// scores of sixteen positions grow side by side without a sum across a register; values as <c>[positions, head width]</c>.
/// </summary>
internal static unsafe class CachedAttention<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    /// <summary>Puts one position's key into the cache.</summary>
    public static void AppendKey(float* key, float* keys, int headWidth, int position)
    {
        var column = keys + ((nint)(position / KernelLayout.Block) * headWidth * KernelLayout.Block) + (position % KernelLayout.Block);
        for (nint d = 0; d < headWidth; d++) column[d * KernelLayout.Block] = key[d];
    }

    /// <summary>Puts one position's value into the cache.</summary>
    public static void AppendValue(float* value, float* values, int headWidth, int position) =>
        new ReadOnlySpan<float>(value, headWidth).CopyTo(new Span<float>(values + ((nint)position * headWidth), headWidth));

    /// <summary>output = Σ_t softmax_t(q·k_t / √headWidth) v_t over positions 0…<paramref name="length"/>−1.</summary>
    /// <param name="scores">Scratch of <paramref name="length"/> floats rounded up to whole blocks.</param>
    public static void Attend(float* query, float* keys, float* values, float* scores, float* output, int headWidth, int length)
    {
        var blocks = (length + KernelLayout.Block - 1) / KernelLayout.Block;
        for (nint block = 0; block < blocks; block++)
        {
            var blockKeys = keys + (block * headWidth * KernelLayout.Block);
            for (var lane = 0; lane < KernelLayout.Block; lane += TLanes.Count)
                ScoreBlock(query, blockKeys + lane, scores + (block * KernelLayout.Block) + lane, headWidth);
        }

        var maximum = Elementwise<TLanes, TVector>.Maximum(scores, length);
        var sum = Elementwise<TLanes, TVector>.ExpSum(scores, scores, length, maximum, 1f / MathF.Sqrt(headWidth));
        var n = TLanes.Count;
        var d = 0;
        for (; d + (4 * n) <= headWidth; d += 4 * n) WeighFour(scores, values + d, output + d, headWidth, length, 1f / sum);
        for (; d + n <= headWidth; d += n) WeighOne(scores, values + d, output + d, headWidth, length, 1f / sum);
        for (; d < headWidth; d++)
        {
            var total = 0f;
            for (nint t = 0; t < length; t++) total = MathF.FusedMultiplyAdd(scores[t], values[(t * headWidth) + d], total);
            output[d] = total * (1f / sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreBlock(float* query, float* keys, float* scores, int headWidth)
    {
        // Four chains hide the latency of the multiply-add.
        TVector s0 = TLanes.Broadcast(0f), s1 = s0, s2 = s0, s3 = s0;
        var d = 0;
        for (; d + 4 <= headWidth; d += 4, keys += 4 * KernelLayout.Block)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Broadcast(query[d]), TLanes.Load(keys), s0);
            s1 = TLanes.MultiplyAdd(TLanes.Broadcast(query[d + 1]), TLanes.Load(keys + KernelLayout.Block), s1);
            s2 = TLanes.MultiplyAdd(TLanes.Broadcast(query[d + 2]), TLanes.Load(keys + (2 * KernelLayout.Block)), s2);
            s3 = TLanes.MultiplyAdd(TLanes.Broadcast(query[d + 3]), TLanes.Load(keys + (3 * KernelLayout.Block)), s3);
        }

        for (; d < headWidth; d++, keys += KernelLayout.Block) s0 = TLanes.MultiplyAdd(TLanes.Broadcast(query[d]), TLanes.Load(keys), s0);
        TLanes.Store(TLanes.Add(TLanes.Add(s0, s1), TLanes.Add(s2, s3)), scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WeighFour(float* weights, float* values, float* output, int headWidth, int length, float scale)
    {
        var n = TLanes.Count;
        TVector a0 = TLanes.Broadcast(0f), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        nint t = 0;
        for (; t + 2 <= length; t += 2, values += 2 * headWidth)
        {
            var even = TLanes.Broadcast(weights[t]);
            var odd = TLanes.Broadcast(weights[t + 1]);
            var after = values + headWidth;
            a0 = TLanes.MultiplyAdd(even, TLanes.Load(values), a0);
            a1 = TLanes.MultiplyAdd(even, TLanes.Load(values + n), a1);
            a2 = TLanes.MultiplyAdd(even, TLanes.Load(values + (2 * n)), a2);
            a3 = TLanes.MultiplyAdd(even, TLanes.Load(values + (3 * n)), a3);
            b0 = TLanes.MultiplyAdd(odd, TLanes.Load(after), b0);
            b1 = TLanes.MultiplyAdd(odd, TLanes.Load(after + n), b1);
            b2 = TLanes.MultiplyAdd(odd, TLanes.Load(after + (2 * n)), b2);
            b3 = TLanes.MultiplyAdd(odd, TLanes.Load(after + (3 * n)), b3);
        }

        if (t < length)
        {
            var last = TLanes.Broadcast(weights[t]);
            a0 = TLanes.MultiplyAdd(last, TLanes.Load(values), a0);
            a1 = TLanes.MultiplyAdd(last, TLanes.Load(values + n), a1);
            a2 = TLanes.MultiplyAdd(last, TLanes.Load(values + (2 * n)), a2);
            a3 = TLanes.MultiplyAdd(last, TLanes.Load(values + (3 * n)), a3);
        }

        var scales = TLanes.Broadcast(scale);
        TLanes.Store(TLanes.Multiply(TLanes.Add(a0, b0), scales), output);
        TLanes.Store(TLanes.Multiply(TLanes.Add(a1, b1), scales), output + n);
        TLanes.Store(TLanes.Multiply(TLanes.Add(a2, b2), scales), output + (2 * n));
        TLanes.Store(TLanes.Multiply(TLanes.Add(a3, b3), scales), output + (3 * n));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WeighOne(float* weights, float* values, float* output, int headWidth, int length, float scale)
    {
        TVector a = TLanes.Broadcast(0f), b = a, c = a, e = a;
        nint t = 0;
        for (; t + 4 <= length; t += 4, values += 4 * headWidth)
        {
            a = TLanes.MultiplyAdd(TLanes.Broadcast(weights[t]), TLanes.Load(values), a);
            b = TLanes.MultiplyAdd(TLanes.Broadcast(weights[t + 1]), TLanes.Load(values + headWidth), b);
            c = TLanes.MultiplyAdd(TLanes.Broadcast(weights[t + 2]), TLanes.Load(values + (2 * headWidth)), c);
            e = TLanes.MultiplyAdd(TLanes.Broadcast(weights[t + 3]), TLanes.Load(values + (3 * headWidth)), e);
        }

        for (; t < length; t++, values += headWidth) a = TLanes.MultiplyAdd(TLanes.Broadcast(weights[t]), TLanes.Load(values), a);
        TLanes.Store(TLanes.Multiply(TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, e)), TLanes.Broadcast(scale)), output);
    }
}
