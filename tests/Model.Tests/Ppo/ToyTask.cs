using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>
/// A task a tiny policy solves in seconds: the score is 1 if the response has token 7 and 0 if not, and −1 if it never ends. Sampling is the
/// plain loop of whole forward passes.
/// </summary>
internal static class ToyTask
{
    internal const int End = 0, Liked = 7;

    internal static readonly TransformerConfig Config = new() { VocabularySize = 10, ContextLength = 12, Width = 16, Layers = 1, Heads = 2 };

    internal static readonly PpoSettings Settings = new()
    {
        TotalEpisodes = 64 * 25,
        BatchSize = 64,
        ResponseLength = 5,
        Optimizer = new() { LearningRate = 5e-3, Beta2 = 0.999 },
    };

    /// <summary>A run from random weights, with the value function the settings ask for.</summary>
    internal static PpoRun Start(PpoSettings settings)
    {
        Transformer policy = new Transformer(Config).Initialize(3);
        return new PpoRun(settings, policy, settings.ValueFunction == ValueFunctionKind.Head ? null : ScalarNetwork.FromLanguageModel(policy, 5));
    }

    /// <summary>A batch of fresh episodes, scored.</summary>
    internal static Trajectory[] Sample(Transformer policy, Transformer reference, PpoSettings settings, long batch)
    {
        var random = new RandomStream(11, batch);
        int[][] queries = [.. Enumerable.Range(0, settings.BatchSize).Select(_ => Enumerable.Range(0, 1 + random.NextInt(3)).Select(_ => 1 + random.NextInt(9)).ToArray())];
        var texts = queries.Select(q => q.ToList()).ToArray();
        var logProbabilities = queries.Select(_ => new List<float>()).ToArray();
        List<int> unfinished = [.. Enumerable.Range(0, queries.Length)];
        using IDisposable noGradient = no_grad();
        for (int t = 0; t < settings.ResponseLength; t++)
        {
            using DisposeScope scope = NewDisposeScope();
            PackedBatch packed = PackedBatch.Pack([.. unfinished.Select(i => new ReadOnlyMemory<int>([.. texts[i]]))]);
            Tensor last = tensor(packed.Offsets.Zip(packed.Lengths, (o, l) => (long)o + l - 1).ToArray());
            float[] rows = (policy.Logits(policy.Hidden(packed).index_select(0, last)) / settings.Temperature).log_softmax(-1).data<float>().ToArray();
            foreach ((int i, int row) in unfinished.Select((i, row) => (i, row)).ToArray())
            {
                ReadOnlySpan<float> choices = rows.AsSpan(row * Config.VocabularySize, Config.VocabularySize);
                int token = 0;
                for (double left = random.NextDouble() - Math.Exp(choices[0]); left > 0 && token < choices.Length - 1; left -= Math.Exp(choices[token]))
                    token++;
                texts[i].Add(token);
                logProbabilities[i].Add(choices[token]);
                if (token == End)
                    unfinished.Remove(i);
            }

            if (unfinished.Count == 0)
                break;
        }

        int[][] responses = [.. texts.Select((text, i) => text.Skip(queries[i].Length).ToArray())];
        float[][] referenceLogProbabilities = LogProbabilities.Of(reference, [.. queries.Zip(responses)], settings.Temperature);
        return [.. queries.Select((query, i) => new Trajectory(
            (batch * settings.BatchSize) + i, query, responses[i], [.. logProbabilities[i]], referenceLogProbabilities[i],
            ResponseEnd.Score(responses[i], End, responses[i].Contains(Liked) ? 1 : 0, settings), batch))];
    }

    /// <summary>Samples and learns; returns every update's statistics.</summary>
    internal static PpoStatistics[] Train(PpoRun run, PpoSettings settings, int updates)
    {
        using Transformer reference = run.Policy.Clone();
        return [.. Enumerable.Range(0, updates).Select(i => run.Learner.Update(Sample(run.Policy, reference, settings, i)))];
    }
}
