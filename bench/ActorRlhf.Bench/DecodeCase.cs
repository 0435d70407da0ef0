using System.Diagnostics;
using System.Text.Json.Nodes;
using ActorRlhf.Model;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Bench;

/// <summary>Decode with a cache: tokens a second over the last steps before a context length. Beside it: pytorch/decode.py.</summary>
internal static class DecodeCase
{
    public static JsonObject Run(Options options)
    {
        var batch = options.Number("batch", 1);
        var context = options.Number("context", 512);
        var steps = options.Number("steps", 24);
        var warmup = options.Number("warmup", 3);
        using var policy = options.Policy();
        using var team = new ThreadTeam(options.Threads);
        using var decoder = Decoders.Create(policy, batch, context, team);
        var vocabulary = decoder.VocabularySize;
        Sampler[] samplers = [.. Enumerable.Range(0, team.Threads).Select(_ => new Sampler(new SamplingSettings(), vocabulary))];
        RandomStream[] streams = [.. Enumerable.Range(0, batch).Select(slot => new RandomStream(1, slot))];
        var tokens = new int[batch];
        var inputs = new SlotTokens[batch];
        var start = context - steps - warmup;

        var prefill = Stopwatch.GetTimestamp();
        for (var slot = 0; slot < batch; slot++)
            inputs[slot] = new SlotTokens(slot, Enumerable.Range(0, start).Select(_ => streams[slot].NextInt(vocabulary)).ToArray());
        decoder.Advance(inputs);
        team.Run(Sample);
        var prefillSeconds = Stopwatch.GetElapsedTime(prefill).TotalSeconds;

        for (var slot = 0; slot < batch; slot++) inputs[slot] = new SlotTokens(slot, tokens.AsMemory(slot, 1));
        var began = 0L;
        var processor = TimeSpan.Zero;
        for (var step = 0; step < warmup + steps; step++)
        {
            if (step == warmup) (began, processor) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
            decoder.Advance(inputs);
            team.Run(Sample);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var processorSeconds = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
        return new JsonObject
        {
            ["shape"] = options.Shape,
            ["batch"] = batch,
            ["context"] = context,
            ["tokens_per_second"] = Math.Round(batch * steps / seconds, 2),
            ["cpu_seconds"] = Math.Round(processorSeconds, 3),
            ["prefill_tokens_per_second"] = Math.Round(batch * start / prefillSeconds, 1),
        };

        void Sample(int thread)
        {
            var (begin, end) = team.Share(batch, thread);
            for (var slot = begin; slot < end; slot++) tokens[slot] = samplers[thread].Sample(decoder.Logits(slot), streams[slot]).Token;
        }
    }
}
