namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>
/// The vector operations the decode kernels are written against, so that one source serves every register width.
/// Implementations are structs used as type arguments: the JIT specializes and inlines them, nothing is called indirectly.
/// Everything but <see cref="Sum"/> is lane-wise, so kernels built on it give the same bits at every width.
/// </summary>
/// <typeparam name="TVector">The register: <c>Vector512&lt;float&gt;</c> or <c>Vector&lt;float&gt;</c>.</typeparam>
internal unsafe interface ILanes<TVector> where TVector : struct
{
    /// <summary>Floats a register: a power of two, at most <see cref="KernelLayout.Block"/>.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of a register tile of three columns that the register file holds: 8 or 4.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>The larger of each pair. The right one, or NaN, where one of them is NaN.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>The smaller of each pair. The right one, or NaN, where one of them is NaN.</summary>
    static abstract TVector Min(TVector left, TVector right);

    /// <summary>left × right + addend, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>
    /// 2^n, where the integer n (−126…127) stands in the low mantissa bits of <paramref name="shifted"/> = n + 1.5 × 2^23.
    /// </summary>
    static abstract TVector PowerOfTwo(TVector shifted);

    static abstract float Sum(TVector value);

    static abstract float Maximum(TVector value);

    /// <summary>destination[c, r] = source[r, c] for a square of <see cref="Count"/> rows and columns; strides in floats.</summary>
    static abstract void Transpose(float* source, nint sourceStride, float* destination, nint destinationStride);
}
