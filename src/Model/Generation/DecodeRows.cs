using ActorRlhf.Model.Generation.Kernels;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>
/// What one pass through the layers works on: a token a row, each with its slot and position, and the activations it goes through.
/// </summary>
internal sealed unsafe class DecodeRows : IDisposable
{
    private readonly AlignedBuffer _memory;

    /// <param name="config">The network's shape.</param>
    /// <param name="capacity">Rows of one pass.</param>
    /// <param name="slots">Rows of the language-model head.</param>
    /// <param name="positions">Longest sequence.</param>
    /// <param name="threads">Threads, each with scratch of its own.</param>
    public DecodeRows(TransformerConfig config, int capacity, int slots, int positions, int threads)
    {
        Capacity = capacity;
        Slots = new int[capacity];
        Positions = new int[capacity];
        Tokens = new int[capacity];
        Outputs = new int[capacity];
        WidthStride = KernelLayout.RowStride(config.Width);
        AttentionStride = KernelLayout.RowStride(3 * config.Width);
        HiddenStride = KernelLayout.RowStride(4 * config.Width);
        LogitStride = KernelLayout.RowStride(config.VocabularySize);
        ScratchLength = KernelLayout.Padded(
            (KernelLayout.Depth * 3 * KernelLayout.Block) + (Math.Max(capacity, slots) * KernelLayout.Block)
            + KernelLayout.Padded(positions));
        var rows = (long)capacity;
        // One hidden buffer serves attention and MLP: neither is needed while the other is filled.
        var wide = Math.Max(AttentionStride, HiddenStride);
        _memory = new AlignedBuffer(
            (rows * ((4L * WidthStride) + wide)) + ((long)slots * (WidthStride + LogitStride)) + ((long)threads * ScratchLength));
        Residual = _memory.Start;
        Normed = Residual + (rows * WidthStride);
        Attended = Normed + (rows * WidthStride);
        Projected = Attended + (rows * WidthStride);
        Wide = Projected + (rows * WidthStride);
        Finals = Wide + (rows * wide);
        Logits = Finals + ((long)slots * WidthStride);
        Scratches = Logits + ((long)slots * LogitStride);
    }

    /// <summary>Rows of one pass at most.</summary>
    public int Capacity { get; }

    /// <summary>Rows of the pass at hand.</summary>
    public int Count { get; set; }

    public int[] Slots { get; }

    public int[] Positions { get; }

    public int[] Tokens { get; }

    /// <summary>The row of <see cref="Finals"/> that takes a row's last hidden state, or −1 for none.</summary>
    public int[] Outputs { get; }

    public int WidthStride { get; }

    public int AttentionStride { get; }

    public int HiddenStride { get; }

    public int LogitStride { get; }

    public int ScratchLength { get; }

    /// <summary>The residual stream, [rows, width].</summary>
    public float* Residual { get; }

    /// <summary>The last layer norm's output, [rows, width].</summary>
    public float* Normed { get; }

    /// <summary>Attention's output, heads side by side, [rows, width].</summary>
    public float* Attended { get; }

    /// <summary>A block's addition to the residual stream, [rows, width].</summary>
    public float* Projected { get; }

    /// <summary>Queries, keys and values, [rows, 3 width], or the MLP's hidden units, [rows, 4 width].</summary>
    public float* Wide { get; }

    /// <summary>The rows that the language-model head reads, [slots, width].</summary>
    public float* Finals { get; }

    /// <summary>Its output, [slots, vocabulary].</summary>
    public float* Logits { get; }

    private float* Scratches { get; }

    public float* Scratch(int thread) => Scratches + ((long)thread * ScratchLength);

    public void Dispose() => _memory.Dispose();
}
