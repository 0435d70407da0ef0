using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Scoring;

/// <summary>What scores episodes. It is made, used and disposed on a scorer's own thread.</summary>
public interface IScorer : IDisposable
{
    /// <summary>Scores a batch.</summary>
    /// <param name="batch">Responses with their queries, shortest first; all can be read (<see cref="SampledEpisode.Flaw"/>).</param>
    /// <returns>The scored episodes, in the same order.</returns>
    IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch);
}
