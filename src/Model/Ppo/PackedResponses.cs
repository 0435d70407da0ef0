using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Ppo;

/// <summary>
/// Queries with their responses, packed for one forward pass, and the rows of it that matter: the state each response token was sampled in,
/// which is the position before it. Only there are logits and values ever computed.
/// Its tensors belong to the dispose scope that was open when it was made.
/// </summary>
public sealed class PackedResponses
{
    private readonly int[] _lengths;

    /// <summary>Packs sequences in the given order.</summary>
    /// <param name="sequences">Queries and responses, neither empty.</param>
    /// <param name="device">Where the networks are.</param>
    /// <exception cref="ArgumentException">A query or a response has no tokens.</exception>
    public PackedResponses(IReadOnlyList<(int[] Query, int[] Response)> sequences, Device? device = null)
    {
        _lengths = [.. sequences.Select(s => s.Response.Length)];
        Count = _lengths.Sum();
        var tokens = new ReadOnlyMemory<int>[sequences.Count];
        long[] rows = new long[Count], labels = new long[Count];
        int next = 0, offset = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            (int[] query, int[] response) = sequences[i];
            if (query.Length == 0 || response.Length == 0)
                throw new ArgumentException($"sequence {i} has {query.Length} query and {response.Length} response tokens; each needs at least one");
            tokens[i] = (int[])[.. query, .. response];
            for (int t = 0; t < response.Length; t++, next++)
            {
                rows[next] = offset + query.Length - 1 + t;
                labels[next] = response[t];
            }

            offset += tokens[i].Length;
        }

        Batch = PackedBatch.Pack(tokens, device);
        Rows = tensor(rows, device: device);
        Labels = tensor(labels, device: device);
    }

    /// <summary>The packed tokens.</summary>
    public PackedBatch Batch { get; }

    /// <summary>Rows of the packed batch that predict a response token, int64 <c>[responseTokens]</c>.</summary>
    public Tensor Rows { get; }

    /// <summary>The response tokens, int64 <c>[responseTokens]</c>.</summary>
    public Tensor Labels { get; }

    /// <summary>Number of response tokens.</summary>
    public int Count { get; }

    /// <summary>Cuts one number per response token, float32 <c>[responseTokens]</c>, into one array per sequence.</summary>
    public float[][] Unpack(Tensor numbers)
    {
        float[] flat = numbers.detach().cpu().data<float>().ToArray();
        var rows = new float[_lengths.Length][];
        for (int i = 0, start = 0; i < rows.Length; start += _lengths[i++])
            rows[i] = flat[start..(start + _lengths[i])];
        return rows;
    }
}
