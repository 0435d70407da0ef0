namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>The sizes that kernels and buffers agree on.</summary>
internal static class KernelLayout
{
    /// <summary>
    /// Positions a block of the key cache, and the widest register in floats. Buffers that kernels read or write by the block are
    /// padded to it.
    /// </summary>
    public const int Block = 16;

    /// <summary>
    /// Depth of one chain of multiply-adds in a matrix product. Chains are added up in order, whatever the number of rows, columns
    /// or threads: this alone fixes the rounding of every output.
    /// </summary>
    public const int Depth = 128;

    /// <summary>Bytes to which buffers are aligned: a cache line.</summary>
    public const int Alignment = 64;

    /// <summary>Rounds a count of floats up to whole blocks.</summary>
    public static int Padded(int count) => (count + Block - 1) / Block * Block;

    /// <summary>
    /// Floats between the rows of an activation buffer: whole blocks and one more, so that rows of a power-of-two width do not all fall
    /// into the same cache sets.
    /// </summary>
    public static int RowStride(int width) => Padded(width) + Block;
}
