using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Alarms;

/// <summary>Picks the episodes of a batch that show best what an alarm is about.</summary>
internal static class AlarmSamples
{
    /// <summary>The worst episodes, the worst first.</summary>
    /// <param name="metric">What the alarm is about.</param>
    /// <param name="isBelow">Whether the metric is too low.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="endOfText">The token that ends a response.</param>
    /// <param name="count">How many to pick at most.</param>
    public static IReadOnlyList<AlarmSample> Worst(AlarmMetric metric, bool isBelow, IReadOnlyList<Trajectory> batch, int endOfText, int count)
    {
        var mean = batch.Average(episode => (double)episode.Score);
        Func<Trajectory, double> badness = metric switch
        {
            AlarmMetric.Kl => Kl,
            AlarmMetric.KlPerToken => episode => Kl(episode) / episode.Response.Length,
            AlarmMetric.Entropy => Surprise,
            AlarmMetric.Reward => episode => episode.Score,
            AlarmMetric.RewardDrop => episode => -episode.Score,
            AlarmMetric.ResponseLength => episode => episode.Response.Length,
            AlarmMetric.LengthBias => episode => Math.Abs(episode.Score - mean),
            AlarmMetric.Repetition => episode => Repetition.Of(episode.Response),
            AlarmMetric.Staleness => episode => -episode.PolicyVersion,
            AlarmMetric.Truncated => episode => ResponseEnd.HasEnded(episode.Response, endOfText) ? 0 : 1,
            _ => episode => Math.Abs(episode.Score - mean), // what the losses and their gradients come from
        };
        return
        [
            .. batch.OrderByDescending(episode => isBelow ? -badness(episode) : badness(episode)).Take(count)
                .Select(episode => new AlarmSample(episode.EpisodeId, episode.Response, episode.Score, Kl(episode), episode.PolicyVersion)),
        ];
    }

    private static double Kl(Trajectory episode) => TokenRewards.Kl(episode.BehaviourLogProbabilities, episode.ReferenceLogProbabilities);

    // Mean −log π of the sampled tokens: what its entropy averages over responses.
    private static double Surprise(Trajectory episode) => -episode.BehaviourLogProbabilities.Average();
}
