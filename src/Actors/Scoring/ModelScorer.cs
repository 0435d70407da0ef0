using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;
using TorchSharp;

namespace ActorRlhf.Actors.Scoring;

/// <summary>
/// The reward model's score, after the rule for responses that never end (<see cref="ResponseEnd.Score"/>), and the reference policy's log-probabilities.
/// </summary>
/// <remarks>
/// On the CPU an episode's numbers do not depend on what else is in its batch, not in their last bit: a run with the same seed gives the same weights whatever the
/// timing. On another device they do where <see cref="PpoSettings.ForwardTokens"/> lets several sequences through the networks at once.
/// </remarks>
public sealed class ModelScorer : IScorer
{
    private readonly PpoSettings _settings;
    private readonly RewardModel _reward;
    private readonly Transformer _reference;
    private readonly int _endOfText;
    private readonly ThreadTeam? _team;
    private readonly SequenceReader? _rewardReader;
    private readonly SequenceReader? _referenceReader;

    /// <summary>A scorer.</summary>
    /// <param name="settings">The temperature, the penalty and, off the CPU, how much goes through the networks at once.</param>
    /// <param name="reward">The reward model; stays the caller's.</param>
    /// <param name="reference">The policy that KL is measured against, on the same device; stays the caller's.</param>
    /// <param name="endOfText">The token that ends a response.</param>
    /// <param name="threads">Threads on the CPU.</param>
    public ModelScorer(PpoSettings settings, RewardModel reward, Transformer reference, int endOfText, int threads)
    {
        (_settings, _reward, _reference, _endOfText) = (settings, reward, reference, endOfText);
        if (reference.Parameters.Values.device_type != DeviceType.CPU) return;
        _team = new ThreadTeam(threads);
        _rewardReader = new SequenceReader(reward.Network.Config, reward.Network.Parameters, _team);
        _referenceReader = new SequenceReader(reference.Config, reference.Parameters, _team);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch)
    {
        var pairs = batch.Select(item => (item.Query, Response: item.Episode.Tokens())).ToArray();
        var scores = _rewardReader is { } rewardReader ? _reward.Score(pairs, rewardReader) : _reward.Score(pairs, _settings.ForwardTokens);
        var log = _referenceReader is { } referenceReader
            ? referenceReader.LogProbabilities(pairs, _settings.Temperature)
            : LogProbabilities.Of(_reference, pairs, _settings.Temperature, _settings.ForwardTokens, _settings.LogitsAtOnce);
        return [.. batch.Select((item, i) => item.Episode.ToScored(log[i], ResponseEnd.Score(pairs[i].Response, _endOfText, scores[i], _settings)))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rewardReader?.Dispose();
        _referenceReader?.Dispose();
        _team?.Dispose();
    }
}
