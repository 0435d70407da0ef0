namespace ActorRlhf.Actors.Episodes;

/// <summary>How episodes are leased out and what counts as a result.</summary>
public sealed record EpisodeSettings
{
    /// <summary>Which episodes there are.</summary>
    public required EpisodePlan Plan { get; init; }

    /// <summary>
    /// How many versions older than the policy that learns from it a result may be. Episodes of batch k are leased out once version k − this is
    /// trained. 0 is synchronous PPO.
    /// </summary>
    public required int MaxPolicyLag { get; init; }

    /// <summary>How long a lease lasts.</summary>
    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>Whether results stay in the journal after they are trained on, so that it can be told what was accepted.</summary>
    public bool KeepJournal { get; init; }

    /// <summary>Tokens in the vocabulary; a response with another one is refused.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The longest response; a longer one is refused.</summary>
    public required int MaxResponseTokens { get; init; }

    /// <summary>The oldest version that may generate a batch.</summary>
    public long MinimumVersion(long batch) => Math.Max(0, batch - MaxPolicyLag);
}
