using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Runs;

/// <summary>Responses of a policy to a list of queries.</summary>
internal static class Responses
{
    /// <summary>Continues every query; responses come back in the queries' order. Query i is episode <paramref name="firstEpisode"/> + i.</summary>
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
