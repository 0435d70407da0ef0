using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// A policy's summaries of many texts, drawn and kept a portion at a time: a run that was stopped goes on after the last whole portion, and
/// ends with the same summaries.
/// </summary>
/// <param name="Directory">The run's folder.</param>
/// <param name="Metrics">The run's open metrics.</param>
/// <param name="Sampling">How they are drawn.</param>
/// <param name="Seed">Decides the draws.</param>
/// <param name="Progress">Told of every summary.</param>
internal sealed record SummaryDraws(RunDirectory Directory, MetricsLog Metrics, SamplingSettings Sampling, long Seed, IRunProgress Progress)
{
    private const string Folder = "draws";
    private const int RoundsAPortion = 16; // long enough that slots running dry at its end cost little

    /// <summary>Draws a summary of each text, in their order; text i is episode <paramref name="firstEpisode"/> + i.</summary>
    /// <param name="name">Names the set, in metrics and in files.</param>
    /// <param name="policy">Writes them.</param>
    /// <param name="task">What a query looks like.</param>
    /// <param name="texts">The texts; one may come several times.</param>
    /// <param name="firstEpisode">The first episode's number.</param>
    /// <param name="cancellation">Stops at the next decode step.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public string[] Of(string name, Transformer policy, SummaryTask task, IReadOnlyList<SummaryExample> texts, long firstEpisode, CancellationToken cancellation)
    {
        System.IO.Directory.CreateDirectory(Directory.In(Folder));
        var summaries = new List<string>(texts.Count);
        while (summaries.Count < texts.Count)
        {
            var first = summaries.Count;
            var file = Directory.In(Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{first:D8}.json")));
            if (!File.Exists(file))
            {
                var started = Stopwatch.GetTimestamp();
                var queries = texts.Skip(first).Take(RoundsAPortion * Sampling.Slots).Select(task.Query).ToArray();
                var responses = Responses.Of(policy, Sampling, queries, task, Seed, firstEpisode + first, cancellation,
                    done => Progress.Report(new RunProgress($"{ComparisonPhase.Name} ({name})", first + done, texts.Count, "summaries")));
                AtomicFile.WriteText(file, JsonSerializer.Serialize(responses.Select(response => task.Text(response.Response))));
                Metrics.Append(first, $"{ComparisonPhase.Name}/{name}", new Dictionary<string, double>
                {
                    ["summaries"] = queries.Length,
                    ["summaries_per_second"] = queries.Length / Stopwatch.GetElapsedTime(started).TotalSeconds,
                    ["response_length"] = responses.Average(response => response.Response.Length),
                });
            }
            summaries.AddRange(JsonSerializer.Deserialize<string[]>(File.ReadAllText(file))!);
        }
        return [.. summaries];
    }

    /// <summary>Deletes what was kept, once something safe was made of it.</summary>
    public void Forget()
    {
        if (System.IO.Directory.Exists(Directory.In(Folder)))
            System.IO.Directory.Delete(Directory.In(Folder), recursive: true);
    }
}
