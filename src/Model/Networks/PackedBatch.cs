using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Networks;

/// <summary>
/// Sequences laid end to end, so that no padding exists to be computed on. A network's outputs have one row a token, in this order.
/// Its tensors belong to the dispose scope that was open when it was packed.
/// </summary>
public sealed class PackedBatch
{
    private PackedBatch(int[] lengths, int[] offsets, Tensor tokens, Tensor positions)
    {
        Lengths = lengths;
        Offsets = offsets;
        Tokens = tokens;
        Positions = positions;
    }

    /// <summary>Tokens of each sequence.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Row of each sequence's first token.</summary>
    public IReadOnlyList<int> Offsets { get; }

    /// <summary>Token ids, [tokens], int64.</summary>
    public Tensor Tokens { get; }

    /// <summary>Each token's position in its sequence, [tokens], int64.</summary>
    public Tensor Positions { get; }

    /// <summary>Rows: tokens of all sequences.</summary>
    public int Count => Offsets[^1] + Lengths[^1];

    /// <summary>
    /// Packs sequences in the given order. Neighbours of one length share their attention products: sort by length where the order is free.
    /// </summary>
    /// <exception cref="ArgumentException">There is no sequence, or one is empty.</exception>
    public static PackedBatch Pack(IReadOnlyList<ReadOnlyMemory<int>> sequences, Device? device = null)
    {
        if (sequences.Count == 0)
            throw new ArgumentException("a batch needs at least one sequence", nameof(sequences));
        var lengths = new int[sequences.Count];
        var offsets = new int[sequences.Count];
        var total = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            if (sequences[i].IsEmpty)
                throw new ArgumentException($"sequence {i} has no tokens", nameof(sequences));
            offsets[i] = total;
            lengths[i] = sequences[i].Length;
            total += lengths[i];
        }
        var tokens = new long[total];
        var positions = new long[total];
        for (var i = 0; i < lengths.Length; i++)
        {
            var sequence = sequences[i].Span;
            for (var t = 0; t < sequence.Length; t++)
            {
                tokens[offsets[i] + t] = sequence[t];
                positions[offsets[i] + t] = t;
            }
        }
        return new PackedBatch(lengths, offsets, tensor(tokens, device: device), tensor(positions, device: device));
    }

    /// <summary>Runs of neighbouring sequences of one length: (sequences, tokens of each).</summary>
    internal IEnumerable<(int Count, int Length)> Runs()
    {
        for (var start = 0; start < Lengths.Count;)
        {
            var end = start + 1;
            while (end < Lengths.Count && Lengths[end] == Lengths[start])
                end++;
            yield return (end - start, Lengths[start]);
            start = end;
        }
    }
}
