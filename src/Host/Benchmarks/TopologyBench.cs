using System.Diagnostics;
using System.Text.Json;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>
/// Measures how long it takes to put a cluster's topology together, from simulated nodes that all run in this process, with what writing and reading the answer takes.
/// </summary>
public static class TopologyBench
{
    /// <summary>Asks so often.</summary>
    /// <param name="nodes">How many nodes there are.</param>
    /// <param name="actors">How many actors each has.</param>
    /// <param name="rounds">How often they are asked; once more before that does not count.</param>
    /// <exception cref="InvalidOperationException">A node has not answered.</exception>
    public static async Task<TopologyBenchResult> RunAsync(int nodes, int actors, int rounds)
    {
        var started = await Task.WhenAll(Enumerable.Range(0, nodes).Select(number => SimulatedNode.StartAsync(number, actors))).ConfigureAwait(false);
        try
        {
            using var http = ClusterNetwork.Open(new NetworkSettings()).CreateClient();
            var episodes = new EpisodeSettings
            {
                Plan = new EpisodePlan { Run = "bench", TotalEpisodes = 1, BatchSize = 1, Shards = 1 },
                MaxPolicyLag = 0, LeaseDuration = TimeSpan.FromMinutes(1), VocabularySize = 1, MaxResponseTokens = 1,
            };
            var observer = new ClusterObserver(http, () => [.. started.Select(node => node.Known)], episodes, "asker", () => throw new InvalidOperationException("the asker is no node"))
            {
                Patience = TimeSpan.FromMinutes(1), // it is measured, not cut off
            };
            await Ask(observer, nodes).ConfigureAwait(false);
            var (seconds, bytes) = (new double[rounds], 0);
            for (var round = 0; round < rounds; round++)
            {
                var began = Stopwatch.GetTimestamp();
                bytes = await Ask(observer, nodes).ConfigureAwait(false);
                seconds[round] = Stopwatch.GetElapsedTime(began).TotalSeconds;
            }

            Array.Sort(seconds);
            return new TopologyBenchResult(nodes, actors, rounds, seconds[rounds / 2], seconds[^1], bytes);
        }
        finally
        {
            foreach (var node in started) await node.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<int> Ask(ClusterObserver observer, int nodes)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(await observer.ReportAsync().ConfigureAwait(false), OperationsJson.Options);
        var report = JsonSerializer.Deserialize<ClusterReport>(json, OperationsJson.Options)!;
        var answered = report.Nodes.Count(node => node.Silence is null);
        if (answered == nodes) return json.Length;
        throw new InvalidOperationException($"{answered} of {nodes} nodes have answered: {report.Nodes.First(node => node.Silence is not null).Silence}");
    }
}

/// <summary>What was measured.</summary>
/// <param name="Nodes">Nodes that were asked.</param>
/// <param name="Actors">Actors of each.</param>
/// <param name="Rounds">How often.</param>
/// <param name="MedianSeconds">How long it took.</param>
/// <param name="WorstSeconds">How long it took at most.</param>
/// <param name="Bytes">Bytes of the answer.</param>
public sealed record TopologyBenchResult(int Nodes, int Actors, int Rounds, double MedianSeconds, double WorstSeconds, int Bytes);
