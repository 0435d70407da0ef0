using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;

namespace ActorRlhf.Model.Alarms;

/// <summary>
/// Scores a few episodes of a batch again, with the reward model that passed the check at the start. What scored them may be another one, or have its sign the wrong way round; then the
/// scores that training sees rise, and nothing else tells.
/// </summary>
/// <param name="reward">The reward model; stays the caller's.</param>
/// <param name="settings">The penalty of responses that never end.</param>
/// <param name="endOfText">The token that ends a response.</param>
public sealed class ScoreAudit(RewardModel reward, PpoSettings settings, int endOfText)
{
    private const int Episodes = 4; // less than a hundredth of the work of an update
    private const double LeastDeviation = 1e-3; // below it all scores are the same but for rounding

    /// <summary>
    /// Mean distance of the batch's scores from the reward model's own, in standard deviations of the batch's scores; of a few episodes, evenly spread over the batch. 0 where both are the
    /// same; a few hundredths where the scorer computes with another precision.
    /// </summary>
    /// <param name="batch">Scored episodes, at least one.</param>
    public double Of(IReadOnlyList<Trajectory> batch)
    {
        var count = Math.Min(Episodes, batch.Count);
        Trajectory[] picked = [.. Enumerable.Range(0, count).Select(i => batch[i * batch.Count / count])];
        var scores = reward.Score([.. picked.Select(episode => (episode.Query, episode.Response))], settings.ForwardTokens);
        var distance = picked.Zip(scores, (episode, score) => Math.Abs(episode.Score - ResponseEnd.Score(episode.Response, endOfText, score, settings))).Average();
        return distance / Math.Max(LeastDeviation, Math.Sqrt(Moments.Of([[.. batch.Select(episode => episode.Score)]]).Variance));
    }
}
