namespace ActorRlhf.Actors.Rollouts;

/// <summary>What a rollout's time goes into.</summary>
public enum RolloutActivity
{
    /// <summary>It gets ready: the network is loaded.</summary>
    Starting,

    /// <summary>Its device draws tokens.</summary>
    Generating,

    /// <summary>It has leases, and waits for the policy that they need.</summary>
    WaitingForParameters,

    /// <summary>It keeps as many responses as it may, and waits until scorers and shards have taken some.</summary>
    WaitingForScorers,

    /// <summary>No shard has an episode for it: the learner has to take a step first, or others have them all.</summary>
    WaitingForEpisodes,
}
