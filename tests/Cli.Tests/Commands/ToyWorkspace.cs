using System.Runtime.Versioning;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>
/// A folder with a tiny dataset, a base model that <c>rlhf pretrain</c> made of it, and a configuration with which the four steps take
/// seconds. Shared by the tests, which only read it.
/// </summary>
public sealed class ToyWorkspace : IAsyncLifetime
{
    private static readonly string[] Nouns =
    [
        "mail", "sound", "video", "font", "image", "map", "game", "clock", "disk", "mouse", "phone", "printer", "archive", "network", "kernel", "editor",
    ];

    private static readonly string[] Kinds = ["library", "server", "viewer", "tool"];

    private Task<(string Model, string Reward)>? _models;
    private Task<byte[]>? _alone;

    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("rlhf-toy-").FullName;

    /// <summary>The dataset's folder.</summary>
    public string Data => In("data");

    /// <summary>The base model's folder.</summary>
    public string BaseModel => In("pretrain/model");

    /// <summary>The configuration of the four steps.</summary>
    public string Config => In("toy.conf");

    /// <summary>The configuration of pretraining.</summary>
    public string PretrainConfig => In("base.conf");

    /// <summary>A fine-tuned policy and a reward model, made when they are first asked for.</summary>
    public Task<(string Model, string Reward)> Models => _models ??= MakeModels();

    /// <summary>The weights that a <see cref="ToyRun"/> ends with in a single process; trained when they are first asked for.</summary>
    [SupportedOSPlatform("linux")]
    internal Task<byte[]> Alone => _alone ??= TrainAlone();

    /// <summary>A path in the folder.</summary>
    public string In(string name) => Path.Combine(Folder, name);

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        SummaryExample[] examples = [.. Examples()];
        new SummaryDataset("toy packages", examples[..224], examples[224..272], examples[272..], new(examples.Length, examples.Length, new Dictionary<DropReason, int>()))
            .Save(Data);
        const string task = """
            task { format = "{description}\n\nTL;DR:", truncate-field = description, query-length = 32, response-length = 8 }
            """;
        await File.WriteAllTextAsync(PretrainConfig, $$"""
            rlhf {
              threads = 1, data = "{{Data}}"
              {{task}}
              model { vocabulary-size = 384, context-length = 48, width = 32, layers = 1, heads = 2 }
              training { epochs = 8, tokens-per-batch = 512, optimizer { learning-rate = 0.01, decay = cosine } }
              schedule { evaluate-every = 50, checkpoint-every = 20 }
            }
            """);
        await File.WriteAllTextAsync(Config, $$"""
            rlhf {
              threads = 1, base-model = "{{BaseModel}}", data = "{{Data}}"
              {{task}}
              sft { epochs = 2, tokens-per-batch = 512, optimizer { learning-rate = 0.003 } }
              sft-schedule { evaluate-every = 5, checkpoint-every = 3 }
              comparisons { train = 96, validation = 48, candidates = 2 }
              reward { batch-size = 8, optimizer { learning-rate = 0.003 } }
              reward-schedule { evaluate-every = 5, checkpoint-every = 3 }
              reward-check = 0, truncation-check = 0, alarms.enabled = false
              ppo { total-episodes = 192, batch-size = 32, epochs = 2, minibatches = 2, optimizer { learning-rate = 0.001 } }
              ppo-schedule { evaluate-every = 2, checkpoint-every = 2 }
              sampling { slots = 8 }
              evaluation { test = 32, validation = 16, lead-words = 3, samples = 4 }
            }
            """);
        var made = await Shell.Run("pretrain", "--config", PretrainConfig, "--out", In("pretrain"), "--json");
        Assert.True(made.Code == 0, made.Error);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    private async Task<(string Model, string Reward)> MakeModels()
    {
        await Done("sft", "--config", Config, "--out", In("sft"));
        await Done("compare", "--config", Config, "--model", In("sft/model"), "--out", In("compare"));
        await Done("reward", "--config", Config, "--model", In("sft/model"), "--comparisons", In("compare/comparisons"), "--out", In("reward"));
        return (In("sft/model"), In("reward/model"));
    }

    [SupportedOSPlatform("linux")]
    private async Task<byte[]> TrainAlone()
    {
        using var run = await ToyRun.Make(this);
        var ended = await run.Command("ppo").End();
        Assert.True(ended.Code == 0, ended.Error);
        return ToyRun.Weights(run.Folder);
    }

    private static async Task Done(params string[] args)
    {
        var run = await Shell.Run(args);
        Assert.True(run.Code == 0, $"{string.Join(' ', args)}: {run.Error}");
    }

    private static IEnumerable<SummaryExample> Examples()
    {
        for (var i = 0; i < 304; i++)
        {
            var (first, second, kind) = (Nouns[i % 16], Nouns[i * 7 / 16 % 16], Kinds[i * 5 % 4]);
            var description = $"This {kind} is for {first} and {second}.\nIt runs on any machine.";
            yield return new SummaryExample($"toy-{i}", new Dictionary<string, string> { ["package"] = $"toy-{i}", ["description"] = description }, $"{first} {second} {kind}");
        }
    }
}

/// <summary>One collection, so that the toy is made once.</summary>
[CollectionDefinition(Name)]
public sealed class ToyCollection : ICollectionFixture<ToyWorkspace>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "toy";
}
