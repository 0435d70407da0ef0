using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Runs;

/// <summary>Responses of a policy to a list of queries.</summary>
public static class Responses
{
    /// <summary>Continues every query; responses come back in the queries' order. Query i is episode <paramref name="firstEpisode"/> + i.</summary>
    /// <param name="policy">Continues them.</param>
    /// <param name="sampling">How its tokens are drawn.</param>
    /// <param name="queries">The queries, not padded.</param>
    /// <param name="task">Says which token ends a response.</param>
    /// <param name="seed">Decides every draw, together with the episode's number.</param>
    /// <param name="firstEpisode">The first query's episode.</param>
    /// <param name="cancellation">Stops at the next decode step.</param>
    /// <param name="finished">Told how many responses are finished.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Completion[] Of(
        Transformer policy, SamplingSettings sampling, IReadOnlyList<int[]> queries, SummaryTask task, long seed, long firstEpisode,
        CancellationToken cancellation, Action<int>? finished = null)
    {
        using var generator = new ResponseGenerator(policy, sampling, queries.Max(query => query.Length), task.Tokenizer.EndOfText, seed);
        var responses = new Completion[queries.Count];
        var count = 0;
        foreach (var completion in generator.Generate(queries.Select((query, i) => new Query(firstEpisode + i, query)), cancellation))
        {
            responses[completion.EpisodeId - firstEpisode] = completion;
            finished?.Invoke(++count);
        }
        return responses;
    }
}
