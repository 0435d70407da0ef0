using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Networks;

/// <summary>
/// Sequences laid end to end, so that no padding exists to be computed on. A network's outputs have one row a token, in this order.
/// A sequence may fork: what several responses to one query have in common is then there, and computed, once.
/// Its tensors belong to the dispose scope that was open when it was packed.
/// </summary>
public sealed class PackedBatch
{
    private readonly Tensor?[]? _masks;

    private PackedBatch(int[] lengths, int[] offsets, Tensor tokens, Tensor positions, (int Start, int Length)[] branches, int depth, Tensor?[]? masks)
    {
        Lengths = lengths;
        Offsets = offsets;
        Tokens = tokens;
        Positions = positions;
        Branches = branches;
        Depth = depth;
        _masks = masks;
    }

    /// <summary>Tokens of each sequence.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Row of each sequence's first token.</summary>
    public IReadOnlyList<int> Offsets { get; }

    /// <summary>Token ids, [tokens], int64.</summary>
    public Tensor Tokens { get; }

    /// <summary>Each token's position in its sequence, [tokens], int64.</summary>
    public Tensor Positions { get; }

    /// <summary>The rows of each branch, in the order of sequences; of a sequence that does not fork, all of its rows.</summary>
    public IReadOnlyList<(int Start, int Length)> Branches { get; }

    /// <summary>Positions in use: the tokens of the longest sequence, or the longest way through one that forks.</summary>
    public int Depth { get; }

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
        return new PackedBatch(lengths, offsets, tensor(tokens, device: device), tensor(positions, device: device),
            [.. offsets.Zip(lengths)], lengths.Max(), null);
    }

    /// <summary>
    /// Packs queries, each with its responses as branches. A response's tokens see their query and what stands before them in the response, as if
    /// query and response were a sequence of their own, and the query is computed once. Neighbours of one length share their attention products.
    /// </summary>
    /// <exception cref="ArgumentException">There is nothing to pack, a query has no response, or a response is empty.</exception>
    public static PackedBatch Pack(IReadOnlyList<(int[] Query, int[][] Responses)> forks, Device? device = null)
    {
        if (forks.Count == 0)
            throw new ArgumentException("a batch needs at least one query", nameof(forks));
        var lengths = forks.Select(fork => fork.Query.Length + fork.Responses.Sum(response => response.Length)).ToArray();
        var offsets = new int[forks.Count];
        var (tokens, positions, branches) = (new List<long>(), new List<long>(), new List<(int, int)>());
        for (var i = 0; i < forks.Count; i++)
        {
            var (query, responses) = forks[i];
            if (responses.Length == 0 || responses.Any(response => response.Length == 0))
                throw new ArgumentException($"query {i} has no response, or an empty one", nameof(forks));
            offsets[i] = tokens.Count;
            Append(query, 0);
            foreach (var response in responses)
            {
                branches.Add((tokens.Count, response.Length));
                Append(response, query.Length);
            }
        }
        var masks = forks.Any(fork => fork.Responses.Length > 1)
            ? Runs(lengths).Select(run => (Tensor?)Mask([.. forks.Skip(run.Start).Take(run.Count)], run.Length, device)).ToArray()
            : null;
        return new PackedBatch(lengths, offsets, tensor(tokens.ToArray(), device: device), tensor(positions.ToArray(), device: device), [.. branches],
            forks.Max(fork => fork.Query.Length + fork.Responses.Max(response => response.Length)), masks);

        void Append(int[] added, int position)
        {
            foreach (var token in added)
            {
                tokens.Add(token);
                positions.Add(position++);
            }
        }
    }

    /// <summary>Runs of neighbouring sequences of one length: their number, the tokens of each, and what sees what where a sequence forks.</summary>
    internal IEnumerable<(int Count, int Length, Tensor? Mask)> Runs() => Runs(Lengths).Select((run, i) => (run.Count, run.Length, _masks?[i]));

    private static IEnumerable<(int Start, int Count, int Length)> Runs(IReadOnlyList<int> lengths)
    {
        for (var start = 0; start < lengths.Count;)
        {
            var end = start + 1;
            while (end < lengths.Count && lengths[end] == lengths[start])
                end++;
            yield return (start, end - start, lengths[start]);
            start = end;
        }
    }

    // [forks, 1, length, length]: whether a row's token sees a column's.
    private static Tensor Mask((int[] Query, int[][] Responses)[] forks, int length, Device? device)
    {
        var sees = new bool[(long)forks.Length * length * length];
        var row = 0;
        foreach (var (query, responses) in forks)
        {
            for (var t = 0; t < query.Length; t++)
                sees.AsSpan(row++ * length, t + 1).Fill(true);
            var start = query.Length;
            foreach (var response in responses)
            {
                for (var t = 0; t < response.Length; t++, row++)
                {
                    sees.AsSpan(row * length, query.Length).Fill(true);
                    sees.AsSpan(row * length + start, t + 1).Fill(true);
                }
                start += response.Length;
            }
        }
        return tensor(sees, [forks.Length, 1, length, length], device: device);
    }
}
