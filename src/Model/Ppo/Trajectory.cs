namespace ActorRlhf.Model.Ppo;

/// <summary>
/// One finished and scored episode: everything an update needs, in plain arrays, so that it can be journaled and replayed.
/// </summary>
/// <param name="EpisodeId">Identity of the episode; it seeded the sampling.</param>
/// <param name="Query">Tokens of the query, at least one, without padding.</param>
/// <param name="Response">Sampled tokens, at least one; the last one is end-of-text unless the response never ended.</param>
/// <param name="BehaviourLogProbabilities">log π of each response token under the policy that sampled it, at the sampling temperature.</param>
/// <param name="ReferenceLogProbabilities">log π_ref of each response token, at the same temperature.</param>
/// <param name="Score">The episode's score r(x, y), after the rule for responses that never end (<see cref="ResponseEnd.Score"/>).</param>
/// <param name="PolicyVersion">Version of the policy that sampled the response.</param>
/// <param name="Values">Value of the state each response token was sampled in, or null to have the learner compute them before the update.</param>
public sealed record Trajectory(
    long EpisodeId,
    int[] Query,
    int[] Response,
    float[] BehaviourLogProbabilities,
    float[] ReferenceLogProbabilities,
    float Score,
    long PolicyVersion,
    float[]? Values = null)
{
    /// <summary>The tokens the networks read: query, then response.</summary>
    public int[] Tokens() => [.. Query, .. Response];

    /// <summary>Says what is wrong with the trajectory.</summary>
    /// <exception cref="ArgumentException">A part is empty or not finite, or the lengths do not agree; the message names the episode.</exception>
    public void Validate()
    {
        if (Query.Length == 0)
            throw Wrong("its query has no tokens");
        if (Response.Length == 0)
            throw Wrong("its response has no tokens (an empty summary is one end-of-text token)");
        RequireFinite(BehaviourLogProbabilities, "behaviour log-probabilities");
        RequireFinite(ReferenceLogProbabilities, "reference log-probabilities");
        if (Values is not null)
            RequireFinite(Values, "values");
        if (!float.IsFinite(Score))
            throw Wrong(FormattableString.Invariant($"its score is {Score}"));
    }

    private void RequireFinite(float[] numbers, string name)
    {
        if (numbers.Length != Response.Length)
            throw Wrong($"it has {numbers.Length} {name} for {Response.Length} response tokens");
        foreach (float number in numbers)
            if (!float.IsFinite(number))
                throw Wrong(FormattableString.Invariant($"{number} is among its {name}"));
    }

    private ArgumentException Wrong(string what) => new($"Episode {EpisodeId} cannot be learned from: {what}.");
}
