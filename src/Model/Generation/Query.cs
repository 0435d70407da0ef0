namespace ActorRlhf.Model.Generation;

/// <summary>What an episode asks the policy to continue.</summary>
/// <param name="EpisodeId">The episode: with the run's seed it decides every random draw of the response.</param>
/// <param name="Tokens">At least one token id; no padding.</param>
/// <param name="MaxResponseTokens">A limit for this response that is tighter than <see cref="SamplingSettings.MaxResponseTokens"/>;
/// null for none.</param>
public sealed record Query(long EpisodeId, int[] Tokens, int? MaxResponseTokens = null);
