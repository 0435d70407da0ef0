using System.Net;
using System.Net.Http.Json;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>What operators ask of any node over HTTP, on two nodes of a run whose steps take no time.</summary>
public sealed class OperatorDeskTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly EpisodeBenchSettings _settings;
    private readonly ConstantWork _work;
    private readonly NodeLog _log;
    private Node _core = null!;
    private Node _worker = null!;
    private bool _hasLeft;

    public OperatorDeskTests()
    {
        _settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 1 << 30, BatchSize = 64 };
        _work = new ConstantWork(_settings);
        _log = NodeLog.ToFile(_folder.In("log"));
        _http.DefaultRequestHeaders.Add("X-Rlhf-Operator", "ann@desk");
    }

    public async Task InitializeAsync()
    {
        _core = await Start("core", NodeRoles.Learner | NodeRoles.Episodes);
        _worker = await Start("worker", NodeRoles.Rollout | NodeRoles.Scorer);
        await Until(() => _core.Directory.Nodes.Count == 2 && _worker.Directory.Nodes.Count == 2 && _worker.Learner is { Version: > 0 });
    }

    public async Task DisposeAsync()
    {
        if (!_hasLeft) await _worker.DisposeAsync();
        await _core.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _work.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_pause_asked_of_any_node_stops_training_until_it_is_lifted_and_both_are_in_the_audit_journal()
    {
        var pause = await Post(_worker, "pause?reason=a%20drill");
        Assert.Matches("^training pauses after [0-9]+ of 16777216 batches$", pause.Answer.Done!);
        await Until(() => _worker.Status() is { Phase: "paused", Reason: "a drill" });
        var version = _core.Status().Version;
        await Until(() => _core.Status().Phase == "paused");
        Assert.Equal((HttpStatusCode.OK, "training goes on"), await Sentence(_core, "resume?reason=enough"));
        await Until(() => _core.Status().Version > version);
        Assert.Equal((HttpStatusCode.Conflict, "training is not paused"), await Sentence(_core, "resume"));
        Assert.Equal((HttpStatusCode.Conflict, "a pause needs a reason, for those who come after"), await Sentence(_core, "pause"));

        var (refused, why) = await Sentence(_worker, "resume?accept=KL&accept=klo");
        Assert.Equal((HttpStatusCode.Conflict, true), (refused, why.StartsWith("no alarm watches \"klo\"; there are kl, ", StringComparison.Ordinal)));

        var audit = await Audit(_worker);
        Assert.Equal("KL klo", audit[^1].Argument);
        audit = [.. audit.SkipLast(1)];
        Assert.Equal(["pause", "resume", "resume", "pause"], audit.Select(entry => entry.Action));
        Assert.Equal([true, true, false, false], audit.Select(entry => entry.Done));
        Assert.Equal(["worker", "core", "core", "core"], audit.Select(entry => entry.Node));
        Assert.Equal(("ann@desk", "127.0.0.1", "a drill", pause.Answer.Done), (audit[0].Operator, audit[0].From, audit[0].Reason, audit[0].Outcome));
    }

    [Fact]
    public async Task What_cannot_be_set_is_refused_with_the_reason()
    {
        var (status, text) = await Sentence(_worker, "set?key=rlhf.ppo.batch-size&value=3");
        Assert.Equal((HttpStatusCode.Conflict, "rlhf.ppo.batch-size cannot be changed while the run goes on"), (status, text));
        Assert.Equal("rlhf.ppo.batch-size = 3", (await Audit(_core))[^1].Argument);
    }

    [Fact]
    public async Task A_checkpoint_is_there_when_the_answer_comes()
    {
        await Post(_core, "pause?reason=so%20that%20there%20is%20one%20to%20write");
        await Until(() => _core.Status().Phase == "paused");
        var version = _core.Status().Version;
        var (status, text) = await Sentence(_worker, "checkpoint");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("checkpoint", text, StringComparison.Ordinal);
        await Until(() => _core.Status().CheckpointVersion >= version);
    }

    [Fact]
    public async Task A_drained_node_stays_and_works_no_more_and_one_that_leaves_is_gone()
    {
        Assert.Equal((HttpStatusCode.NotFound, "there is no node nobody; there are: core, worker"), await Sentence(_core, "drain?node=nobody"));
        Assert.Equal((HttpStatusCode.Conflict, "core neither writes nor scores summaries"), await Sentence(_core, "drain?node=core"));
        Assert.Equal((HttpStatusCode.OK, "worker finishes what it has begun and begins nothing more; it stays a member"), await Sentence(_core, "drain?node=worker&reason=hot"));
        await Until(() => File.ReadAllText(_folder.In("log")) is var log && log.Contains("rollout has ended", StringComparison.Ordinal) && log.Contains("scorer has ended", StringComparison.Ordinal));
        Assert.False(_worker.Completion.IsCompleted);
        Assert.Equal("up", _core.Directory.Find("worker")!.Status);

        var (status, text) = await Sentence(_worker, "leave?node=core");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.StartsWith("core is the only node with the role learner", text, StringComparison.Ordinal);

        // Its process ends as soon as it is told to, and takes what is still being written or answered along.
        var answer = Sentence(_core, "leave?node=worker");
        Assert.True((await _worker.Completion.WaitAsync(TimeSpan.FromMinutes(1))).IsSentAway);
        Assert.Equal([("core", false), ("worker", true)], (await Audit(_core)).Where(entry => entry.Action == "leave").Select(entry => (entry.Argument, entry.Done == true)));
        await _worker.DisposeAsync();
        _hasLeft = true;
        Assert.Equal((HttpStatusCode.OK, "worker finishes what it has begun and leaves"), await answer);
    }

    private Task<Node> Start(string name, NodeRoles roles) =>
        Node.StartAsync(new NodeOptions { Name = name, Roles = roles, Network = new NetworkSettings(), Cluster = _settings.Cluster() }, _work, _log);

    private async Task<(HttpStatusCode Status, ActionAnswer Answer)> Post(Node node, string path)
    {
        using var response = await _http.PostAsync(new Uri($"{node.Address}/api/{path}"), null);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<ActionAnswer>(OperationsJson.Options))!);
    }

    private async Task<(HttpStatusCode, string)> Sentence(Node node, string path) => await Post(node, path) is var (status, answer) ? (status, answer.Done ?? answer.Error!) : default;

    private async Task<IReadOnlyList<AuditEntry>> Audit(Node node) =>
        (await _http.GetFromJsonAsync<IReadOnlyList<AuditEntry>>(new Uri($"{node.Address}/api/audit"), OperationsJson.Options))!;

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(20, patience.Token);
    }
}
