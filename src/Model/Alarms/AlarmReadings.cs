using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Alarms;

/// <summary>What each metric is at an update.</summary>
internal static class AlarmReadings
{
    /// <summary>Of a loss below it only noise is left: whitened advantages and rewards have a standard deviation of 1.</summary>
    private const double LeastLoss = 0.1;

    /// <summary>Of fewer episodes a correlation says little: chance alone makes it ±0.18 with so many.</summary>
    private const int LeastEpisodes = 32;

    /// <summary>The metrics that can be read; those that are compared with a past that there is not yet are left out.</summary>
    /// <param name="statistics">What the update measured.</param>
    /// <param name="batch">What it learned from.</param>
    /// <param name="before">What is known from the updates before.</param>
    /// <param name="startEpisodes">Episodes that say what the start was like.</param>
    /// <param name="endOfText">The token that ends a response.</param>
    /// <param name="audit">Scores again; null where nobody does.</param>
    public static IEnumerable<(AlarmMetric Metric, double Value)> Of(
        PpoStatistics statistics, IReadOnlyList<Trajectory> batch, AlarmState before, long startEpisodes, int endOfText, ScoreAudit? audit)
    {
        yield return (AlarmMetric.Kl, statistics.Kl);
        yield return (AlarmMetric.KlPerToken, statistics.Kl / statistics.ResponseLength);
        yield return (AlarmMetric.Reward, statistics.Score);
        if (audit is not null) yield return (AlarmMetric.ScoreAudit, audit.Of(batch));
        yield return (AlarmMetric.Repetition, batch.Average(episode => Repetition.Of(episode.Response)));
        if (LengthBias(batch, endOfText) is { } bias) yield return (AlarmMetric.LengthBias, bias);
        yield return (AlarmMetric.Nan, statistics.Metrics().Count(metric => !double.IsFinite(metric.Value)));
        yield return (AlarmMetric.Staleness, batch.Average(episode => Age(episode, statistics)));
        yield return (AlarmMetric.Truncated, batch.Count(episode => !ResponseEnd.HasEnded(episode.Response, endOfText)) / (double)batch.Count);
        if (before.Loss.Mark is { } loss) yield return (AlarmMetric.Loss, Math.Abs(statistics.TotalLoss) / Math.Max(loss, LeastLoss));
        if (before.GradientNorm.Mark is > 0 and var norm) yield return (AlarmMetric.GradientNorm, statistics.GradientNorm / norm);
        var start = before.Start;
        if (start.Episodes < startEpisodes) yield break;
        if (start.Entropy > 0) yield return (AlarmMetric.Entropy, statistics.Entropy / start.Entropy);
        yield return (AlarmMetric.ResponseLength, statistics.ResponseLength / start.Length);
        if (start.ScoreDeviation > 0)
            yield return (AlarmMetric.RewardDrop, (Math.Max(start.Score, before.Score.Mark ?? start.Score) - statistics.Score) / start.ScoreDeviation);
    }

    // The correlation coefficient; null where there are too few episodes for one, or nothing varies.
    private static double? LengthBias(IReadOnlyList<Trajectory> batch, int endOfText)
    {
        Trajectory[] ended = [.. batch.Where(episode => ResponseEnd.HasEnded(episode.Response, endOfText))];
        if (ended.Length < LeastEpisodes) return null;
        double length = ended.Average(episode => (double)episode.Response.Length), score = ended.Average(episode => (double)episode.Score);
        double both = 0, lengths = 0, scores = 0;
        foreach (var episode in ended)
        {
            var (l, s) = (episode.Response.Length - length, episode.Score - score);
            (both, lengths, scores) = (both + l * s, lengths + l * l, scores + s * s);
        }

        return lengths > 0 && scores > 0 ? both / Math.Sqrt(lengths * scores) : null;
    }

    /// <summary>How many versions older than the policy that learned from it the one is that sampled an episode.</summary>
    public static long Age(Trajectory episode, PpoStatistics statistics) => statistics.Update - 1 - episode.PolicyVersion;
}
