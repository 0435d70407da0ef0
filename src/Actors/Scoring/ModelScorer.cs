using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using TorchSharp;

namespace ActorRlhf.Actors.Scoring;

/// <summary>
/// The reward model's score, after the rule for responses that never end (<see cref="ResponseEnd.Score"/>), and the reference policy's log-probabilities.
/// </summary>
/// <remarks>
/// With <see cref="PpoSettings.ForwardTokens"/> at 1 every sequence goes through the networks alone, and what comes out does not depend on what else was in
/// the batch, not even in its last bit.
/// </remarks>
/// <param name="settings">The temperature, the penalty and how much goes through the networks at once.</param>
/// <param name="reward">The reward model; stays the caller's.</param>
/// <param name="reference">The policy that KL is measured against; stays the caller's.</param>
/// <param name="endOfText">The token that ends a response.</param>
/// <param name="threads">Threads that tensors are computed with; 0 leaves them as they are.</param>
public sealed class ModelScorer(PpoSettings settings, RewardModel reward, Transformer reference, int endOfText, int threads = 0) : IScorer
{
    private bool _isStarted;

    /// <inheritdoc/>
    public IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch)
    {
        if (!_isStarted && threads > 0) torch.set_num_threads(threads); // of this thread
        _isStarted = true;
        var pairs = batch.Select(item => (item.Query, Response: item.Episode.Tokens())).ToArray();
        var scores = reward.Score(pairs, settings.ForwardTokens);
        var log = LogProbabilities.Of(reference, pairs, settings.Temperature, settings.ForwardTokens, settings.LogitsAtOnce);
        return [.. batch.Select((item, i) => item.Episode.ToScored(log[i], ResponseEnd.Score(pairs[i].Response, endOfText, scores[i], settings)))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
