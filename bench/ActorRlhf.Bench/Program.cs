using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorRlhf.Bench;
using ActorRlhf.Model;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;

// One case with one set of parameters: prints a JSON line. bench/run runs each beside its PyTorch script, if it has one.
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: ActorRlhf.Bench CASE [--key value ...]; the cases are decode, mixed, ppo, actors, persistence, sharding");
    return 2;
}

if (args[0] == "echo") // the other process of actors --kind remote
{
    RemoteCase.Echo();
    return 0;
}

if (args[0] == "entities") // the other processes of sharding
{
    ShardingCase.Serve(args[1], args[2]);
    return 0;
}

var options = new Options(args[1..]);
if (args[0] is not ("actors" or "persistence" or "sharding")) TorchSharp.torch.set_num_threads(options.Threads);
JsonObject result = args[0] switch
{
    "decode" => DecodeCase.Run(options),
    "mixed" => MixedCase.Run(options),
    "ppo" => PpoCase.Run(options),
    "actors" => ActorsCase.Run(options),
    "persistence" => PersistenceCase.Run(options),
    "sharding" => ShardingCase.Run(options),
    _ => throw new ArgumentException($"there is no case '{args[0]}'; the cases are decode, mixed, ppo, actors, persistence, sharding"),
};
result.Insert(0, "case", args[0]);
result.Insert(1, "engine", "actorrlhf");
result["threads"] = options.Threads;
result["peak_rss_mb"] = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
Console.WriteLine(result.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
return 0;

namespace ActorRlhf.Bench
{
    /// <summary>The case's parameters; the same names as the PyTorch scripts'.</summary>
    internal sealed class Options(string[] arguments)
    {
        public string Shape => Text("shape", "gpt2");

        public int Threads => Number("threads", 2);

        public TransformerConfig Config => Shape switch
        {
            "gpt2" => new TransformerConfig(),
            "demo" => new TransformerConfig { VocabularySize = 4_096, ContextLength = 256, Width = 128, Layers = 4, Heads = 4 },
            var other => throw new ArgumentException($"there is no shape '{other}'; the shapes are gpt2, demo"),
        };

        public int Number(string key, int otherwise) =>
            int.Parse(Text(key, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

        /// <summary>
        /// The policy of --model DIRECTORY, or one whose matrices are uniform with deviation 0.02, written where they stand so that peak
        /// memory is the engine's own.
        /// </summary>
        public Transformer Policy()
        {
            if (Text("model", "") is { Length: > 0 } directory) return PretrainedModel.LoadTransformer(directory);
            var policy = new Transformer(Config);
            var random = new RandomStream(0);
            var values = MemoryMarshal.Cast<byte, float>(policy.Parameters.Values.bytes);
            foreach (var shape in Config.BodyShapes())
            {
                var part = values.Slice((int)policy.Parameters.Offset(shape.Name), (int)shape.Count);
                if (shape.Extents.Length > 1)
                {
                    foreach (ref var value in part) value = (float)(0.02 * Math.Sqrt(12) * (random.NextDouble() - 0.5));
                }
                else if (shape.Name.EndsWith("weight", StringComparison.Ordinal))
                {
                    part.Fill(1);
                }
            }

            return policy;
        }

        public string Text(string key, string otherwise)
        {
            var at = Array.IndexOf(arguments, "--" + key);
            return at < 0 ? otherwise : arguments[at + 1];
        }
    }
}
