using System.Numerics;
using System.Runtime.Intrinsics;
using ActorRlhf.Model.Generation.Kernels;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>One thread's part of a pass through the network; the threads meet at the team's barriers.</summary>
internal interface IForwardPass
{
    /// <summary>
    /// Embeds the rows, runs them through every layer and leaves the wanted last hidden states in <see cref="DecodeRows.Finals"/>.
    /// </summary>
    void Layers(int thread);

    /// <summary>The logits of the first <paramref name="count"/> rows of <see cref="DecodeRows.Finals"/>.</summary>
    void Head(int thread, int count);
}

/// <summary>The choice of registers.</summary>
internal static class ForwardPass
{
    /// <summary>The widest that this machine is fast with; <paramref name="wide"/> overrules it.</summary>
    public static IForwardPass Create(
        TransformerConfig config, Func<DecoderWeights> weights, DecodeRows rows, KeyValueCache cache, ThreadTeam team, bool? wide = null) =>
        wide ?? Vector512.IsHardwareAccelerated
            ? new ForwardPass<Lanes512, Vector512<float>>(config, weights, rows, cache, team)
            : new ForwardPass<LanesNative, Vector<float>>(config, weights, rows, cache, team);
}

/// <inheritdoc cref="IForwardPass"/>
/// <remarks>
/// Columns of every product and pairs of (row, head) in attention are divided among the threads; layer norms by rows. No output's
/// rounding depends on the division, so the result is the same with any number of threads.
/// </remarks>
internal sealed unsafe class ForwardPass<TLanes, TVector>(
    TransformerConfig config, Func<DecoderWeights> weights, DecodeRows rows, KeyValueCache cache, ThreadTeam team) : IForwardPass
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private readonly int _width = config.Width;
    private readonly int _heads = config.Heads;
    private readonly int _headWidth = config.HeadWidth;
    private readonly float _epsilon = (float)config.LayerNormEpsilon;

    public void Layers(int thread)
    {
        var w = weights();
        var (first, last) = team.Share(rows.Count, thread);
        Embed(w, first, last);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var block = w.Layers[layer];
            var projection = Panel(block.AttentionOutput.Weight, _width, _width, thread);
            var expansion = Panel(block.Expansion.Weight, _width, 4 * _width, thread);
            var contraction = Panel(block.Contraction.Weight, 4 * _width, _width, thread);
            var next = layer + 1 < config.Layers
                ? AttentionPanel(w.Layers[layer + 1], thread)
                : HeadPanel(w, thread);

            Norm(block.FirstNorm, first, last);
            team.Barrier();
            var attention = AttentionPanel(block, thread);
            Multiply(rows.Normed, rows.WidthStride, attention, block.Attention.Bias, rows.Wide, rows.AttentionStride, projection, thread);
            Cache(layer, thread);
            team.Barrier();
            Attend(layer, thread);
            team.Barrier();
            var bias = block.AttentionOutput.Bias;
            Multiply(rows.Attended, rows.WidthStride, projection, bias, rows.Projected, rows.WidthStride, expansion, thread);
            AddToResidual(projection);
            team.Barrier();
            Norm(block.SecondNorm, first, last);
            team.Barrier();
            Multiply(rows.Normed, rows.WidthStride, expansion, block.Expansion.Bias, rows.Wide, rows.HiddenStride, contraction, thread);
            Gelu(expansion);
            team.Barrier();
            Multiply(rows.Wide, rows.HiddenStride, contraction, block.Contraction.Bias, rows.Projected, rows.WidthStride, next, thread);
            AddToResidual(contraction);
            team.Barrier();
        }

        for (var row = first; row < last; row++)
        {
            if (rows.Outputs[row] < 0) continue;
            var output = rows.Finals + ((nint)rows.Outputs[row] * rows.WidthStride);
            Elementwise<TLanes, TVector>.LayerNorm(
                rows.Residual + ((nint)row * rows.WidthStride), w.FinalNorm.Weight, w.FinalNorm.Bias, output, _width, _epsilon);
        }
    }

    public void Head(int thread, int count)
    {
        var w = weights();
        MatrixProduct<TLanes, TVector>.Multiply(
            rows.Finals, rows.WidthStride, count, HeadPanel(w, thread), null, rows.Logits, rows.LogitStride, default, rows.Scratch(thread));
    }

    private void Embed(DecoderWeights w, int first, int last)
    {
        for (var row = first; row < last; row++)
        {
            var x = rows.Residual + ((nint)row * rows.WidthStride);
            new ReadOnlySpan<float>(w.TokenEmbedding + ((nint)rows.Tokens[row] * _width), _width).CopyTo(new Span<float>(x, _width));
            Elementwise<TLanes, TVector>.Add(w.PositionEmbedding + ((nint)rows.Positions[row] * _width), x, _width);
        }
    }

    private void Norm(DecoderWeights.Pair norm, int first, int last)
    {
        for (nint row = first; row < last; row++)
        {
            Elementwise<TLanes, TVector>.LayerNorm(
                rows.Residual + (row * rows.WidthStride), norm.Weight, norm.Bias, rows.Normed + (row * rows.WidthStride), _width, _epsilon);
        }
    }

    private void Multiply(
        float* x, int xStride, in WeightPanel panel, float* bias, float* y, int yStride, in WeightPanel next, int thread) =>
        MatrixProduct<TLanes, TVector>.Multiply(x, xStride, rows.Count, panel, bias, y, yStride, next, rows.Scratch(thread));

    private void AddToResidual(in WeightPanel panel)
    {
        for (nint row = 0; row < rows.Count; row++)
        {
            var start = (row * rows.WidthStride) + panel.Begin;
            Elementwise<TLanes, TVector>.Add(rows.Projected + start, rows.Residual + start, panel.End - panel.Begin);
        }
    }

    private void Gelu(in WeightPanel panel)
    {
        for (nint row = 0; row < rows.Count; row++)
            Elementwise<TLanes, TVector>.Gelu(rows.Wide + (row * rows.HiddenStride) + panel.Begin, panel.End - panel.Begin);
    }

    /// <summary>Puts the keys and values that this thread has just computed into the cache: its columns are whole heads.</summary>
    private void Cache(int layer, int thread)
    {
        var (begin, end) = team.Share(3 * _heads, thread);
        for (var row = 0; row < rows.Count; row++)
        {
            var (slot, position) = (rows.Slots[row], rows.Positions[row]);
            for (var part = Math.Max(begin, _heads); part < end; part++)
            {
                var source = rows.Wide + ((nint)row * rows.AttentionStride) + ((nint)part * _headWidth);
                var head = part % _heads;
                if (part < 2 * _heads)
                    CachedAttention<TLanes, TVector>.AppendKey(source, cache.Keys(layer, slot, head), _headWidth, position);
                else
                    CachedAttention<TLanes, TVector>.AppendValue(source, cache.Values(layer, slot, head), _headWidth, position);
            }
        }
    }

    /// <summary>
    /// A row sees its slot's positions up to its own, those of this pass included. Each thread takes a stretch of the (row, head) pairs
    /// whose sequences add up to its share of all positions.
    /// </summary>
    private void Attend(int layer, int thread)
    {
        var total = 0L;
        for (var row = 0; row < rows.Count; row++) total += rows.Positions[row] + 1L;
        total *= _heads;
        var scores = rows.Scratch(thread);
        var before = 0L;
        for (var row = 0; row < rows.Count; row++)
        {
            var length = rows.Positions[row] + 1;
            for (var head = 0; head < _heads; head++, before += length)
            {
                if (before * team.Threads / total != thread) continue;
                var column = (nint)head * _headWidth;
                CachedAttention<TLanes, TVector>.Attend(
                    rows.Wide + ((nint)row * rows.AttentionStride) + column,
                    cache.Keys(layer, rows.Slots[row], head),
                    cache.Values(layer, rows.Slots[row], head),
                    scores,
                    rows.Attended + ((nint)row * rows.WidthStride) + column,
                    _headWidth,
                    length);
            }
        }
    }

    private WeightPanel AttentionPanel(DecoderWeights.Layer layer, int thread)
    {
        var (begin, end) = team.Share(3 * _heads, thread);
        return new WeightPanel(layer.Attention.Weight, 3 * _width, _width, begin * _headWidth, end * _headWidth);
    }

    private WeightPanel HeadPanel(DecoderWeights w, int thread)
    {
        var (begin, end) = Columns(config.VocabularySize, thread);
        return new WeightPanel(w.TokenEmbedding, _width, _width, begin, end, transposed: true);
    }

    private WeightPanel Panel(float* weight, int depth, int columns, int thread)
    {
        var (begin, end) = Columns(columns, thread);
        return new WeightPanel(weight, columns, depth, begin, end);
    }

    /// <summary>Shares of whole blocks, so that two threads never write to one cache line.</summary>
    private (int Begin, int End) Columns(int columns, int thread)
    {
        var (begin, end) = team.Share((columns + KernelLayout.Block - 1) / KernelLayout.Block, thread);
        return (begin * KernelLayout.Block, Math.Min(end * KernelLayout.Block, columns));
    }
}
