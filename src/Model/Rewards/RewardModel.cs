using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Rewards;

/// <summary>
/// r(x, y): the policy's body with a scalar head, read at the end-of-text token behind query and response (Stiennon et al. 2020, section 3.4) or
/// over the response, as the network's <see cref="ScalarNetwork.ReadOut"/> says.
/// </summary>
/// <param name="network">The network; the caller owns it.</param>
/// <param name="endOfText">The end-of-text token.</param>
public sealed class RewardModel(ScalarNetwork network, int endOfText)
{
    /// <summary>The network.</summary>
    public ScalarNetwork Network { get; } = network;

    /// <summary>What the model reads behind a query: the response and one end-of-text token, which a response that never ended gets too.</summary>
    public int[] Ended(int[] response) => response.Length > 0 && response[^1] == endOfText ? response : [.. response, endOfText];

    /// <summary>The same model, its weights in the same memory, with gradients of its own.</summary>
    internal RewardModel Share() => new(Network.Share(), endOfText);

    /// <summary>Rewards without gradients, in the given order.</summary>
    /// <param name="texts">Queries and responses; a response may be empty.</param>
    /// <param name="forwardTokens">Most tokens in one forward pass.</param>
    /// <exception cref="ArgumentException">A text with its end-of-text token is longer than the model's context.</exception>
    public float[] Score(IReadOnlyList<(int[] Query, int[] Response)> texts, int forwardTokens = 16_384)
    {
        var scores = new float[texts.Count];
        using IDisposable noGradient = no_grad();
        foreach (int[] group in Minibatches.ByTokens([.. texts.Select(text => text.Query.Length + text.Response.Length + 1)], forwardTokens))
        {
            using DisposeScope scope = NewDisposeScope();
            float[] rewards = Rewards([.. group.Select(i => (texts[i].Query, new[] { texts[i].Response }))]).cpu().data<float>().ToArray();
            for (int i = 0; i < group.Length; i++)
                scores[group[i]] = rewards[i];
        }

        return scores;
    }

    /// <summary>Rewards on the CPU, which do not depend on what else is scored, not in their last bit.</summary>
    /// <param name="texts">Queries and responses; a response may be empty.</param>
    /// <param name="reader">Reads with this model's body.</param>
    /// <exception cref="ArgumentException">A text with its end-of-text token is longer than the model's context.</exception>
    public float[] Score(IReadOnlyList<(int[] Query, int[] Response)> texts, SequenceReader reader)
    {
        var (weight, bias) = (Network.Parameters.Get(ScalarNetwork.HeadWeight), Network.Parameters.Get(ScalarNetwork.HeadBias)[0]);
        var values = reader.Values([.. texts.Select(text => (text.Query, Ended(text.Response)))], weight, bias);
        return [.. values.Select(row => Network.ReadOut == ReadOut.ResponseMean ? (float)row.Average(value => (double)value) : row[^1])];
    }

    /// <summary>Rewards of responses in their order, <c>[responses]</c>, with gradients where they are recorded. A query is computed once for all of its responses.</summary>
    /// <param name="texts">Queries, each with its responses; like lengths side by side are fastest.</param>
    public Tensor Rewards(IReadOnlyList<(int[] Query, int[][] Responses)> texts)
    {
        var batch = PackedBatch.Pack([.. texts.Select(text => (text.Query, text.Responses.Select(Ended).ToArray()))], Network.Parameters.Device);
        return Network.ReadOut == ReadOut.ResponseMean ? Network.MeanValues(batch) : Network.LastValues(batch);
    }

    /// <summary>
    /// Shifts the head's bias so that the mean reward of reference summaries is zero: only then does a penalty of −1, or a value that starts
    /// from the reward model, mean anything (Stiennon et al. 2020, appendix B.1). Differences, which are all that training sees, stay.
    /// </summary>
    /// <param name="references">Queries with their reference summaries.</param>
    /// <returns>The mean before.</returns>
    /// <exception cref="ArgumentException">There are no references.</exception>
    /// <exception cref="TrainingDivergedException">The mean is not finite.</exception>
    public double NormalizeBias(IReadOnlyList<(int[] Query, int[] Response)> references)
    {
        if (references.Count == 0)
            throw new ArgumentException("the reward model is normalized by the mean of reference summaries; none were given", nameof(references));
        double mean = Score(references).Average(score => (double)score);
        TrainingDivergedException.ThrowIfNotFinite("reward/reference_mean", mean, "the normalization of the reward model");
        float bias = Network.Parameters.Get(ScalarNetwork.HeadBias)[0];
        Network.Parameters.Set(ScalarNetwork.HeadBias, [(float)(bias - mean)]);
        return mean;
    }
}
