using System.Net;
using System.Runtime.Versioning;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>A PPO run of the toy's models in a folder of its own, on nodes that a test starts: 32 updates of 32 episodes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ToyRun : IDisposable
{
    /// <summary>Updates of the run.</summary>
    public const int Updates = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("rlhf-test-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly List<Child> _children = [];
    private readonly string _model, _reward;
    private readonly string[] _settings;

    private ToyRun(ToyWorkspace toy, string model, string reward, string[] settings)
    {
        (_model, _reward) = (model, reward);
        string[] all = [$"rlhf.ppo.total-episodes={Updates * 32}", "rlhf.ppo-schedule.checkpoint-every=4", "rlhf.ppo-schedule.evaluate-every=100", .. settings];
        _settings = ["--config", toy.Config, .. all.SelectMany(setting => (string[])["--set", setting])];
    }

    /// <summary>The run's folder.</summary>
    public string Folder => Path.Combine(_folder, "run");

    /// <summary>Added to the environment of the processes to come.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; set; } = [];

    /// <summary>The metrics so far.</summary>
    public IEnumerable<MetricsRecord> Records => MetricsLog.Read(Path.Combine(Folder, RunDirectory.MetricsFile));

    /// <summary>The updates in the metrics, in their order.</summary>
    public IEnumerable<int> Steps => Records.Select(record => (int)record.Step);

    /// <summary>A run that nobody has begun.</summary>
    /// <param name="toy">Has the models.</param>
    /// <param name="settings">More settings, as <c>--set</c> takes them.</param>
    public static async Task<ToyRun> Make(ToyWorkspace toy, params string[] settings)
    {
        var (model, reward) = await toy.Models;
        return new ToyRun(toy, model, reward, settings);
    }

    /// <summary>A path beside the run's folder, for what a test needs.</summary>
    public string In(string name) => Path.Combine(_folder, name);

    /// <summary>Starts a node of it.</summary>
    public Child Node(string name, string roles, params string[] more) =>
        Kept(Child.StartIn(System.Environment.CurrentDirectory, Environment,
    [
        "node", "--name", name, "--roles", roles, "--set", $"rlhf.cluster.directory={Folder}", "--set", $"rlhf.cluster.model={_model}",
        "--set", $"rlhf.cluster.reward={_reward}", .. _settings, .. more,
    ]));

    /// <summary>Starts <c>up</c> or <c>ppo</c> on it.</summary>
    public Child Command(string command, params string[] more) => Kept(Child.StartIn(System.Environment.CurrentDirectory, Environment, [command, "--out", Folder, "--model", _model, "--reward", _reward, .. _settings, .. more]));

    /// <summary>How a node sees the run; null where it does not answer.</summary>
    public async Task<NodeStatus?> Status(string node)
    {
        if (NodeFile.All(Folder).FirstOrDefault(file => file.Name == node) is not { } file) return null;
        try
        {
            return await NodeStatus.AskAsync(_http, file.Address, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The processes of its nodes, by their names.</summary>
    public IReadOnlyDictionary<string, int> Processes => NodeFile.All(Folder).ToDictionary(node => node.Name, node => node.ProcessId);

    /// <summary>Sends a request without a body to a node.</summary>
    public async Task<HttpStatusCode> Post(string node, string path)
    {
        var address = NodeFile.All(Folder).Single(file => file.Name == node).Address;
        using var answer = await _http.PostAsync(new Uri(new Uri(address), path), null);
        return answer.StatusCode;
    }

    /// <summary>What a node has logged.</summary>
    public string Log(string node) => Path.Combine(Folder, "logs", $"{node}.log") is var path && File.Exists(path) ? File.ReadAllText(path) : "";

    /// <summary>The trained policy is, bit for bit, the one that a single process makes, and every update is in the metrics once.</summary>
    public async Task AssertWhole(ToyWorkspace toy)
    {
        Assert.Equal(Enumerable.Range(1, Updates), Steps);
        Assert.True((await toy.Alone).AsSpan().SequenceEqual(Weights(Folder)), "the weights differ from those of an undisturbed run");
    }

    /// <summary>The file of the trained policy's weights.</summary>
    public static byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(run, NodeRun.Result, "model.safetensors"));

    public void Dispose()
    {
        foreach (var child in _children) child.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Child Kept(Child child)
    {
        _children.Add(child);
        return child;
    }
}
