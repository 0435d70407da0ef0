using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Ppo;

/// <summary>Log-probabilities of response tokens under a policy.</summary>
public static class LogProbabilities
{
    /// <summary>
    /// log π(a_t|s_t) of every response token, nats, without gradients: what the reference policy says of a rollout. Sequences go in
    /// length-sorted packs; the head sees only the positions that predict response tokens.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="sequences">Queries and responses, neither empty.</param>
    /// <param name="temperature">Sampling temperature the logits are divided by.</param>
    /// <param name="forwardTokens">Most tokens in a pack.</param>
    /// <param name="logitsAtOnce">Most logits in memory at once.</param>
    /// <returns>One row a sequence, in the given order, as long as its response.</returns>
    public static float[][] Of(
        Transformer policy, IReadOnlyList<(int[] Query, int[] Response)> sequences, double temperature = 1, int forwardTokens = 16_384, int logitsAtOnce = 1 << 24)
    {
        var result = new float[sequences.Count][];
        using IDisposable noGradient = no_grad();
        foreach (int[] group in Minibatches.ByTokens([.. sequences.Select(s => s.Query.Length + s.Response.Length)], forwardTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            var packed = new PackedResponses([.. group.Select(i => sequences[i])], policy.Parameters.Device);
            Tensor states = policy.Hidden(packed.Batch).index_select(0, packed.Rows);
            var pieces = new List<Tensor>();
            foreach ((long start, long length) in Pieces(packed.Count, policy.Config.VocabularySize, logitsAtOnce))
            {
                using DisposeScope piece = NewDisposeScope();
                Tensor rows = Distributions(policy, states.narrow(0, start, length), temperature);
                pieces.Add(Taken(rows, packed.Labels.narrow(0, start, length)).MoveToOuterDisposeScope());
            }

            float[][] unpacked = packed.Unpack(cat(pieces));
            for (int i = 0; i < group.Length; i++)
                result[group[i]] = unpacked[i];
        }

        return result;
    }

    /// <summary>log softmax(logits / T) of states <c>[rows, width]</c>, as <c>[rows, vocabulary]</c>.</summary>
    internal static Tensor Distributions(Transformer policy, Tensor states, double temperature)
    {
        Tensor logits = policy.Logits(states);
        return (temperature == 1 ? logits : logits / temperature).log_softmax(-1);
    }

    /// <summary>Each row's entry of its own token, <c>[rows]</c>.</summary>
    internal static Tensor Taken(Tensor rows, Tensor tokens) => rows.gather(1, tokens.unsqueeze(1)).squeeze(1);

    /// <summary>Cuts rows into pieces whose logits fit the bound. The cut depends on the counts only, so it is the same in a replay.</summary>
    internal static IEnumerable<(long Start, long Length)> Pieces(long rows, int vocabulary, int logitsAtOnce)
    {
        long most = Math.Max(1, logitsAtOnce / vocabulary);
        for (long start = 0; start < rows; start += most)
            yield return (start, Math.Min(most, rows - start));
    }
}
