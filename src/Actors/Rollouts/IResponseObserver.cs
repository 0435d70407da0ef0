using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>Hears what becomes of a rollout's responses. It is called by the rollout and must not hold it up.</summary>
public interface IResponseObserver
{
    /// <summary>The rollout need not keep an episode's response any longer.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="refusal">
    /// Null: its shard has journaled this response. <see cref="RefusalReason.Late"/> also where the rollout itself hears that the episode is trained on, with this
    /// response or another; and where an answer was lost, a response that was journaled may be refused as its own duplicate.
    /// </param>
    void Settled(long episode, RefusalReason? refusal);
}
