namespace ActorRlhf.Actors.Scoring;

/// <summary>What a scorer's time goes into.</summary>
public enum ScorerActivity
{
    /// <summary>Its device scores a batch.</summary>
    Scoring,

    /// <summary>It has episodes, and waits a little for more to fill the batch.</summary>
    FillingBatch,

    /// <summary>It has as many results as it may that shards have not journaled.</summary>
    WaitingForShards,

    /// <summary>No rollout has anything for it.</summary>
    WaitingForRollouts,
}
