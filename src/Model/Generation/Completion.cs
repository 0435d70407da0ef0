namespace ActorRlhf.Model.Generation;

/// <summary>A finished response.</summary>
/// <param name="EpisodeId">The query's episode.</param>
/// <param name="Query">The query's tokens.</param>
/// <param name="Response">The response's tokens, end-of-text included if it came.</param>
/// <param name="LogProbabilities">log π of each response token, in nats, as <see cref="SampledToken.LogProbability"/> has it.</param>
/// <param name="Ended">Whether the policy ended the response itself, with end-of-text.</param>
/// <param name="FirstVersion">Version of the parameters that drew the first token.</param>
/// <param name="LastVersion">Version of the parameters that drew the last token.</param>
public sealed record Completion(
    long EpisodeId, int[] Query, int[] Response, float[] LogProbabilities, bool Ended, long FirstVersion, long LastVersion);
