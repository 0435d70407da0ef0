using System.Diagnostics;
using System.Text.Json.Nodes;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Bench;

/// <summary>
/// One PPO update of a policy and a value network on trajectories of mixed lengths: useful tokens (query and response, times epochs) a
/// second. Beside it, padded: pytorch/ppo.py. Lengths, tokens, scores, minibatches and loss are the same in both; with --model, the weights
/// are too, and then the losses they print agree.
/// </summary>
internal static class PpoCase
{
    private const int ShortestQuery = 40, ShortestResponse = 4, LongestResponse = 48;

    public static JsonObject Run(Options options)
    {
        using var policy = options.Policy();
        using var network = ScalarNetwork.FromLanguageModel(policy, 0);
        var width = policy.Config.Width;
        network.Parameters.Set(
            ScalarNetwork.HeadWeight, [.. Enumerable.Range(0, width).Select(i => ((i * 37 % 101) - 50) / (50 * MathF.Sqrt(width + 1)))]);
        var settings = new PpoSettings
        {
            Epochs = options.Number("epochs", 4),
            Minibatches = options.Number("minibatches", 4),
            Optimizer = new OptimizerSettings { LearningRate = 1e-5, Beta2 = 0.999, Decay = LearningRateDecay.Constant },
        };
        var longest = options.Number("context", Math.Min(512, policy.Config.ContextLength));
        var batch = Trajectories(policy, options.Number("batch", 64), longest);
        using var policyOptimizer = new AdamW(policy.Parameters, settings.Optimizer);
        using var valueOptimizer = new AdamW(network.Parameters, settings.Optimizer);
        var value = new ValueNetwork(network);
        var warmup = settings with { Epochs = 1, Minibatches = 1 };
        using (var first = new PpoLearner(warmup, policy, policyOptimizer, value, valueOptimizer))
            first.Update([.. batch.Take(2)]);

        using var learner = new PpoLearner(settings, policy, policyOptimizer, value, valueOptimizer);
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        var statistics = learner.Update(batch);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var processorSeconds = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        var tokens = settings.Epochs * batch.Sum(episode => episode.Query.Length + episode.Response.Length);
        return new JsonObject
        {
            ["shape"] = options.Shape,
            ["batch"] = batch.Length,
            ["epochs"] = settings.Epochs,
            ["minibatches"] = settings.Minibatches,
            ["tokens"] = tokens,
            ["seconds"] = Math.Round(seconds, 3),
            ["cpu_seconds"] = Math.Round(processorSeconds, 3),
            ["tokens_per_second"] = Math.Round(tokens / seconds, 2),
            ["policy_loss"] = Math.Round(statistics.PolicyLoss, 6),
            ["value_loss"] = Math.Round(statistics.ValueLoss, 6),
            ["entropy"] = Math.Round(statistics.Entropy, 5),
            ["gradient_norm"] = Math.Round(statistics.GradientNorm, 4),
        };
    }

    /// <summary>Random tokens with the policy's own log-probabilities, and a reference that differs a little from it.</summary>
    private static Trajectory[] Trajectories(Transformer policy, int count, int longest)
    {
        var vocabulary = policy.Config.VocabularySize;
        var queries = longest - LongestResponse - ShortestQuery + 1; // lengths a query can have
        (int[] Query, int[] Response)[] sequences = [.. Enumerable.Range(0, count).Select(i => (
            Tokens(i, ShortestQuery + (i * 163 % queries), 7_919),
            Tokens(i, ShortestResponse + (i * 29 % (LongestResponse - ShortestResponse + 1)), 15_485)))];
        var behaviour = LogProbabilities.Of(policy, sequences);
        return [.. sequences.Select((sequence, i) => new Trajectory(
            i, sequence.Query, sequence.Response, behaviour[i], [.. behaviour[i].Select((p, t) => p - Difference(i, t))],
            ((i * 37 % 21) - 10) / 10f, PolicyVersion: 0))];

        int[] Tokens(int i, int length, int factor) =>
            [.. Enumerable.Range(0, length).Select(t => ((i * factor) + (t * 104_729)) % vocabulary)];

        static float Difference(int i, int t) => 0.01f * ((((i * 7) + (t * 3)) % 11) - 5);
    }
}
