namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>
/// Memory that a register tile asks for, line by line, while it computes on what is already near: the next tile's weights. They are read
/// in stripes, and hardware does not foresee the jump from row to row. At step k of the depth, lines
/// <c>Start + k·Step + (k / Wrap)·WrapStep + j·Jump</c> for j below <see cref="Lines"/> are asked for (all in floats).
/// </summary>
internal readonly unsafe struct Prefetch
{
    /// <summary>Steps after which the walk may jump: the lines of <see cref="KernelLayout.Depth"/> floats.</summary>
    public const int Wrap = KernelLayout.Depth / LineFloats;

    /// <summary>Lines a step, all passes over a tile together: a register tile is at most this many lines wide.</summary>
    private const int LinesOfTile = 3;

    private const int LineFloats = KernelLayout.Alignment / sizeof(float);

    /// <summary>
    /// The walk over the tile of <paramref name="panel"/> whose outputs begin at <paramref name="column"/> and whose sum begins at
    /// <paramref name="k"/>.
    /// </summary>
    public Prefetch(in WeightPanel panel, int column, int k)
    {
        if (panel.Weights == null || column >= panel.End) return;
        Lines = LinesOfTile;
        if (panel.Transposed)
        {
            // Sixteen rows of eight lines below one another, three times.
            Start = panel.Weights + (column * panel.Stride) + k;
            Step = LineFloats;
            WrapStep = panel.Stride - KernelLayout.Depth;
            Jump = KernelLayout.Block * panel.Stride;
        }
        else
        {
            Start = panel.Weights + (k * panel.Stride) + column;
            Step = panel.Stride;
            Jump = LineFloats;
        }
    }

    private Prefetch(in Prefetch whole, int from, int to)
    {
        this = whole;
        Start = whole.Start + (from * whole.Jump);
        Lines = to - from;
    }

    public float* Start { get; }

    public nint Step { get; }

    public nint WrapStep { get; }

    public nint Jump { get; }

    public int Lines { get; }

    /// <summary>
    /// What pass <paramref name="pass"/> of <paramref name="passes"/> over the same tile of weights asks for, so that demand is even.
    /// </summary>
    public Prefetch Share(int pass, int passes) =>
        Lines == 0 ? this : new Prefetch(this, pass * LinesOfTile / passes, (pass + 1) * LinesOfTile / passes);
}
