using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Training;

/// <summary>
/// Next-token cross-entropy. The output head runs over a few hundred rows at a time, forward and backward, so that the logits, which are
/// the largest tensor by far ([rows, vocabulary]), stay in cache and never exist as a whole.
/// </summary>
internal static class LanguageModelLoss
{
    private const int LogitElements = 2 << 20; // 8 MB of logits at a time

    /// <summary>Adds the gradient of a batch's share of a mean loss to the model's parameters.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">The batch, or a part of it.</param>
    /// <param name="targetsInAll">What the sum of the losses is divided by: the targets of the whole batch.</param>
    /// <returns>The share, in nats a token.</returns>
    public static double Backward(Transformer model, IReadOnlyList<TrainingSequence> sequences, long targetsInAll)
    {
        using var scope = NewDisposeScope();
        var (hidden, targets) = Predicting(model, sequences);
        var leaf = hidden.detach().requires_grad_();
        leaf.grad = zeros_like(leaf);
        var loss = 0.0;
        foreach (var (start, count) in Chunks(model, targets.Length))
        {
            using var chunk = NewDisposeScope();
            var summed = Sum(model, leaf.narrow(0, start, count), targets, start, count) / targetsInAll;
            summed.backward();
            loss += summed.ToDouble();
        }
        hidden.backward([leaf.grad!]);
        return loss;
    }

    /// <summary>The summed loss of a batch in nats, and its targets; no gradient.</summary>
    public static (double Sum, long Targets) Evaluate(Transformer model, IReadOnlyList<TrainingSequence> sequences)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var (hidden, targets) = Predicting(model, sequences);
        var loss = 0.0;
        foreach (var (start, count) in Chunks(model, targets.Length))
        {
            using var chunk = NewDisposeScope();
            loss += Sum(model, hidden.narrow(0, start, count), targets, start, count).ToDouble();
        }
        return (loss, targets.Length);
    }

    // The hidden rows that predict a target, [targets, width], and the targets.
    private static (Tensor Hidden, long[] Targets) Predicting(Transformer model, IReadOnlyList<TrainingSequence> sequences)
    {
        var device = model.Parameters.Device;
        var batch = PackedBatch.Pack([.. sequences.Select(sequence => (ReadOnlyMemory<int>)sequence.Tokens)], device);
        var rows = new List<long>(batch.Count);
        var targets = new List<long>(batch.Count);
        for (var i = 0; i < sequences.Count; i++)
        {
            for (var t = sequences[i].LossStart; t < sequences[i].Tokens.Length; t++)
            {
                rows.Add(batch.Offsets[i] + t - 1);
                targets.Add(sequences[i].Tokens[t]);
            }
        }
        return (model.Hidden(batch).index_select(0, tensor(rows.ToArray(), device: device)), targets.ToArray());
    }

    private static Tensor Sum(Transformer model, Tensor hidden, long[] targets, int start, int count) =>
        nn.functional.cross_entropy(
            model.Logits(hidden), tensor(targets.AsSpan(start, count).ToArray(), device: model.Parameters.Device), reduction: nn.Reduction.Sum);

    private static IEnumerable<(int Start, int Count)> Chunks(Transformer model, int rows)
    {
        var size = Math.Max(1, LogitElements / model.Config.VocabularySize);
        for (var start = 0; start < rows; start += size)
            yield return (start, Math.Min(size, rows - start));
    }
}
