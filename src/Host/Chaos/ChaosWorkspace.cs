using System.Globalization;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Host.Settings;
using ActorRlhf.Model;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Text;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Chaos;

/// <summary>
/// The folder of a chaos run: a tiny dataset made up from a seed, a policy briefly trained on it, a reward model as it was initialized, and the configuration of the nodes.
/// </summary>
public sealed class ChaosWorkspace
{
    private const int Texts = 512;
    private const int HeldOut = 64;
    private const int Vocabulary = 384;
    private const int TrainingSteps = 60;

    private static readonly string[] Things =
        ["mail", "sound", "video", "font", "image", "map", "game", "clock", "disk", "mouse", "phone", "printer", "archive", "network", "kernel", "editor"];

    private static readonly string[] Kinds = ["library", "server", "viewer", "tool"];
    private static readonly string[] Remarks = ["It runs on any machine.", "It is written with care.", "Others build on it.", "It needs little memory."];

    private ChaosWorkspace(RunSettings settings) => Settings = settings;

    /// <summary>The run's settings, resolved.</summary>
    public RunSettings Settings { get; }

    /// <summary>The run's folder.</summary>
    public string Folder => Settings.Cluster.Directory;

    /// <summary>The file that the nodes are started with.</summary>
    public string Configuration => In("nodes.conf");

    /// <summary>Where nodes record their responses.</summary>
    public string Responses => In("responses");

    /// <summary>A path in the folder.</summary>
    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>Makes everything.</summary>
    public static ChaosWorkspace Make(ChaosSettings chaos)
    {
        var workspace = new ChaosWorkspace(Of(chaos));
        var settings = workspace.Settings;
        SummaryExample[] examples = [.. Examples(chaos.Seed)];
        new SummaryDataset(
            "made up", examples[..^(2 * HeldOut)], examples[^(2 * HeldOut)..^HeldOut], examples[^HeldOut..], new(examples.Length, examples.Length, new Dictionary<DropReason, int>()))
            .Save(settings.Data);
        var tokenizer = ByteLevelBpe.Train(examples.SelectMany(example => example.Fields.Values.Append(example.Reference)), Vocabulary);
        var task = new SummaryTask(settings.Task, tokenizer);
        var shape = new TransformerConfig
        {
            VocabularySize = tokenizer.VocabularySize, ContextLength = settings.Task.QueryLength + settings.Task.ResponseLength + 1, Width = 32, Layers = 2, Heads = 2,
        };
        using var policy = new Transformer(shape).Initialize(chaos.Seed);
        Train(policy, [.. examples.Select(example => task.Sequence(example, summaryOnly: false))], chaos.Seed);
        PretrainedModel.Save(settings.Cluster.Model, policy, endOfText: tokenizer.EndOfText);
        tokenizer.Save(settings.Cluster.Model);
        using var reward = ScalarNetwork.FromLanguageModel(policy, chaos.Seed);
        PretrainedModel.Save(settings.Cluster.Reward, reward, endOfText: tokenizer.EndOfText);
        tokenizer.Save(settings.Cluster.Reward);
        AtomicFile.WriteText(workspace.Configuration, "# What the nodes of this run are started with.\n" + ResolvedConfiguration.Write(settings, RunSettings.Section));
        return workspace;
    }

    private static RunSettings Of(ChaosSettings chaos) => new RunSettings
    {
        Seed = chaos.Seed,
        Threads = 1,
        BaseModel = Path.Combine(chaos.Folder, "policy"),
        Data = Path.Combine(chaos.Folder, "data"),
        Task = new TaskSettings { Format = "{description}\n\nTL;DR:", TruncateField = "description", QueryLength = 32, ResponseLength = 16 },
        RewardCheck = 0, // the reward model has learned nothing
        TruncationCheck = 0,
        Alarms = new AlarmSettings { Enabled = false }, // nobody is there to answer them
        Ppo = new PpoSettings
        {
            TotalEpisodes = chaos.Episodes, BatchSize = 64, Epochs = 2, Minibatches = 2, Optimizer = new OptimizerSettings { LearningRate = 1e-4 }, ImportanceWeightCap = 2,
        },
        PpoSchedule = new ScheduleSettings { EvaluateEvery = 1_000_000, CheckpointEvery = 8 },
        Sampling = new() { Slots = 16 },
        Cluster = new ClusterSettings
        {
            Run = string.Create(CultureInfo.InvariantCulture, $"chaos-{chaos.Seed}-{DateTime.UtcNow:yyyyMMddHHmmss}"),
            Directory = chaos.Folder,
            Model = Path.Combine(chaos.Folder, "policy"),
            Reward = Path.Combine(chaos.Folder, "reward"),
            ConnectionString = chaos.ConnectionString,
            Shards = 8,
            MaxPolicyLag = chaos.MaxPolicyLag,
            LeaseDuration = TimeSpan.FromSeconds(10),
            KeepJournal = true,
        },
    }.Resolved();

    private static void Train(Transformer policy, IReadOnlyList<TrainingSequence> sequences, long seed)
    {
        var settings = new LanguageModelSettings { Epochs = 100, TokensPerBatch = 1_024, Seed = seed, Optimizer = new OptimizerSettings { LearningRate = 0.01 } };
        using var optimizer = new AdamW(policy.Parameters, settings.Optimizer);
        using var trainer = new LanguageModelTrainer(policy, optimizer, settings, sequences);
        while (trainer.StepsDone < TrainingSteps) trainer.Step();
    }

    private static IEnumerable<SummaryExample> Examples(long seed)
    {
        var random = new RandomStream(seed);
        for (var i = 0; i < Texts; i++)
        {
            var (thing, other, kind, remark) = (Pick(Things), Pick(Things), Pick(Kinds), Pick(Remarks));
            var fields = new Dictionary<string, string> { ["description"] = $"This {kind} is for {thing} and {other}.\n{remark}" };
            yield return new SummaryExample(string.Create(CultureInfo.InvariantCulture, $"text-{i}"), fields, $"{thing} {other} {kind}");
        }

        string Pick(string[] words) => words[random.NextInt(words.Length)];
    }
}
