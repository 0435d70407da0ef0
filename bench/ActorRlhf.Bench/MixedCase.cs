using System.Diagnostics;
using System.Text.Json.Nodes;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Bench;

/// <summary>
/// Queries of 16 to 112 tokens whose answers are 4 to 48 tokens long, in 32 slots with continuous batching. Beside it, with static batches:
/// pytorch/mixed.py. Lengths and tokens come from the same formula in both.
/// </summary>
internal static class MixedCase
{
    public static JsonObject Run(Options options)
    {
        var slots = options.Number("slots", 32);
        var config = options.Config;
        Query[] queries = [.. Enumerable.Range(0, options.Number("queries", 256)).Select(i => Make(i, config.VocabularySize))];
        using var policy = options.Policy();
        var settings = new SamplingSettings { Slots = slots, Threads = options.Threads };
        using var generator = new ResponseGenerator(policy, settings, queries.Max(query => query.Tokens.Length), endOfText: -1, seed: 1);
        foreach (var _ in generator.Generate(queries.Take(2))) { }

        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        var answered = generator.Generate(queries).Sum(completion => completion.Response.Length);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var processorSeconds = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        return new JsonObject
        {
            ["shape"] = options.Shape,
            ["slots"] = slots,
            ["queries"] = queries.Length,
            ["tokens"] = answered,
            ["seconds"] = Math.Round(seconds, 3),
            ["cpu_seconds"] = Math.Round(processorSeconds, 3),
            ["tokens_per_second"] = Math.Round(answered / seconds, 2),
        };
    }

    private static Query Make(int i, int vocabularySize)
    {
        var length = 16 + (i * 53 % 97);
        var answer = 4 + (i * 29 % 45);
        return new Query(i, [.. Enumerable.Range(0, length).Select(t => ((i * 7919) + (t * 104729)) % vocabularySize)], answer);
    }
}
