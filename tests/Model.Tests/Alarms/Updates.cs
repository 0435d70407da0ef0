using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Alarms;

/// <summary>Updates made up for tests: what they measured and what they learned from. As they are, nothing is wrong with them.</summary>
internal static class Updates
{
    internal const int End = 0;

    /// <summary>What the update of a number measured.</summary>
    internal static PpoStatistics Statistics(long update) => new()
    {
        Update = update, Episodes = update * 64, ResponseTokens = 640, Kl = 2, KlCoefficient = 0.05, ResponseEntropy = 20, Score = 0.5, ScoreDeviation = 0.5, ScoreTotal = 0.4,
        ResponseLength = 10, PolicyLoss = 0.01, ValueLoss = 2, TotalLoss = 0.5, Entropy = 2, ApproximateKl = 0.01, ClipFraction = 0.1, ReturnMean = 0, ReturnVariance = 1, ValueMean = 0,
        ValueVariance = 1, ValuePrediction = 0, ValueError = 1, ValueClipFraction = 0, GradientNorm = 3, LearningRate = 1e-4,
    };

    /// <summary>64 episodes whose lengths of 8 to 12 tokens have nothing to do with their scores of −1 to 1.</summary>
    internal static Trajectory[] Batch(long update) =>
        [.. Enumerable.Range(0, 64).Select(i => Episode(update, i, [.. Enumerable.Range(0, 7 + i % 5).Select(t => 1 + (7 * i + 3 * t) % 40), End], (i / 5 % 3 - 1)))];

    /// <summary>An episode.</summary>
    internal static Trajectory Episode(long update, int i, int[] response, float score, float kl = 0.2f, long age = 0) => new(
        (update - 1) * 64 + i, [1, 2], response, [.. response.Select(_ => -2f)], [.. response.Select(_ => -2f - kl)], score, update - 1 - age);
}
