using ActorRlhf.Model.Generation;

namespace ActorRlhf.Actors.Protocol;

/// <content>From a <see cref="Completion"/>, and on to a <see cref="ScoredEpisode"/>.</content>
public sealed partial class SampledEpisode
{
    /// <summary>A response without its query.</summary>
    public static SampledEpisode Of(Completion completion) => new()
    {
        Episode = completion.EpisodeId,
        PolicyVersion = completion.FirstVersion,
        Response = ScoredEpisode.Varints(completion.Response),
        Behaviour = ScoredEpisode.Bytes(completion.LogProbabilities),
    };

    /// <summary>A response without its query, with who generated it and when.</summary>
    public static SampledEpisode Of(Completion completion, string rollout, DateTimeOffset at)
    {
        var sampled = Of(completion);
        (sampled.Rollout, sampled.GeneratedAt) = (rollout, at.ToUnixTimeMilliseconds());
        return sampled;
    }

    /// <summary>The response's tokens.</summary>
    /// <exception cref="FormatException">They cannot be read; never after <see cref="Flaw"/> found nothing.</exception>
    public int[] Tokens() => ScoredEpisode.Tokens(Episode, Response);

    /// <summary>The episode with its score.</summary>
    /// <param name="reference">log π_ref of each token.</param>
    /// <param name="score">The score, after the rule for responses that never end.</param>
    public ScoredEpisode ToScored(float[] reference, float score) => new()
    {
        Episode = Episode,
        PolicyVersion = PolicyVersion,
        Response = Response,
        Behaviour = Behaviour,
        Reference = ScoredEpisode.Bytes(reference),
        Score = score,
        Rollout = Rollout,
        GeneratedAt = GeneratedAt,
    };

    /// <summary>What is wrong with it; null where nothing is.</summary>
    /// <param name="vocabulary">Tokens in the vocabulary.</param>
    /// <param name="maxTokens">The longest response.</param>
    public string? Flaw(int vocabulary, int maxTokens) =>
        new ScoredEpisode { Response = Response, Behaviour = Behaviour, Reference = Behaviour }.Flaw(vocabulary, maxTokens);
}
