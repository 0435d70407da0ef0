using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Scoring;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>Scores and reference log-probabilities that follow from the episode's number alone.</summary>
/// <param name="settings">The run.</param>
public sealed class ConstantScorer(EpisodeBenchSettings settings) : IScorer
{
    /// <inheritdoc/>
    public IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch)
    {
        var scored = new ScoredEpisode[batch.Count];
        for (var i = 0; i < scored.Length; i++)
        {
            var episode = batch[i].Episode;
            var reference = ConstantContent.LogProbabilities(settings.Seed, episode.Episode, settings.Tokens, kind: 2);
            scored[i] = episode.ToScored(reference, score: reference[0]);
        }

        return scored;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
