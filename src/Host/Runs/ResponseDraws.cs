using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// A policy's responses to many queries, drawn and kept a portion at a time: a run that was stopped goes on after the last whole portion, and
/// ends with the same responses.
/// </summary>
/// <param name="Phase">The run's phase in metrics.</param>
/// <param name="Directory">The run's folder.</param>
/// <param name="Metrics">The run's open metrics.</param>
/// <param name="Seed">Decides the draws.</param>
/// <param name="Progress">Told of every response.</param>
public sealed record ResponseDraws(string Phase, RunDirectory Directory, MetricsLog Metrics, long Seed, IRunProgress Progress)
{
    private const string Folder = "draws";
    private const int RoundsAPortion = 16; // long enough that slots running dry at its end cost little

    /// <summary>Draws a response to each query, in their order; query i is episode <paramref name="firstEpisode"/> + i.</summary>
    /// <param name="name">Names the set, in metrics and in files.</param>
    /// <param name="policy">Writes them.</param>
    /// <param name="sampling">How they are drawn.</param>
    /// <param name="task">Says which token ends a response.</param>
    /// <param name="queries">The queries, not padded.</param>
    /// <param name="firstEpisode">The first episode's number.</param>
    /// <param name="cancellation">Stops at the next decode step.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Completion[] Of(
        string name, Transformer policy, SamplingSettings sampling, SummaryTask task, IReadOnlyList<int[]> queries, long firstEpisode, CancellationToken cancellation)
    {
        System.IO.Directory.CreateDirectory(Directory.In(Folder));
        var all = new List<Completion>(queries.Count);
        while (all.Count < queries.Count)
        {
            var first = all.Count;
            var portion = queries.Skip(first).Take(RoundsAPortion * sampling.Slots).ToArray();
            var file = Directory.In(Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{first:D8}.json")));
            if (!File.Exists(file))
            {
                var started = Stopwatch.GetTimestamp();
                var responses = Responses.Of(policy, sampling, portion, task, Seed, firstEpisode + first, cancellation,
                    done => Progress.Report(new RunProgress($"{Phase} ({name})", first + done, queries.Count, "summaries")));
                AtomicFile.WriteText(file, JsonSerializer.Serialize(responses.Select(Kept.Of)));
                Metrics.Append(first, $"{Phase}/{name}", new Dictionary<string, double>
                {
                    ["summaries"] = portion.Length,
                    ["summaries_per_second"] = portion.Length / Stopwatch.GetElapsedTime(started).TotalSeconds,
                    ["response_length"] = responses.Average(response => response.Response.Length),
                });
            }
            var kept = JsonSerializer.Deserialize<Kept[]>(File.ReadAllText(file))!;
            all.AddRange(kept.Select((response, i) => response.To(firstEpisode + first + i, portion[i])));
        }
        return [.. all];
    }

    /// <summary>Deletes what was kept, once something safe was made of it.</summary>
    public void Forget()
    {
        if (System.IO.Directory.Exists(Directory.In(Folder)))
            System.IO.Directory.Delete(Directory.In(Folder), recursive: true);
    }

    // A response as it is in a file. Numbers are written such that the same bits are read again.
    private sealed record Kept(int[] Response, float[] LogProbabilities, bool Ended)
    {
        public static Kept Of(Completion completion) => new(completion.Response, completion.LogProbabilities, completion.Ended);

        public Completion To(long episode, int[] query) => new(episode, query, Response, LogProbabilities, Ended, 0, 0);
    }
}
