using System.Net;
using System.Net.Http.Json;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;
using Akka.Actor;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>Two nodes; <c>one</c> has the learner.</summary>
public sealed class LearnerFiguresTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly RecentSamples _samples = new();
    private readonly List<NodeServer> _servers = [];
    private KnownNode? _learner;
    private string _one = "", _two = "";

    public async Task InitializeAsync()
    {
        using (var log = MetricsLog.Open(_folder.In("metrics.jsonl")))
            for (var step = 1; step <= 3; step++) log.Append(step, "ppo", [new("objective/kl", step == 3 ? double.NaN : step)]);
        _one = await Start("one", _folder.In("metrics.jsonl"), _samples);
        _two = await Start("two", _folder.In("nowhere"), null);
        _learner = new KnownNode("one", Address.Parse("akka.tcp://rlhf@127.0.0.1:1"), _one, ["learner"], default, "up", null);
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Metrics_are_those_of_the_node_with_the_learner_whichever_is_asked()
    {
        foreach (var node in new[] { _one, _two })
        {
            Assert.Equal([1, 2, 3], (await Metrics($"{node}/api/metrics")).Select(record => (int)record.Step));
            var later = await Metrics($"{node}/api/metrics?after=1");
            Assert.Equal([(2, "ppo", 2.0), (3, "ppo", double.NaN)], later.Select(record => ((int)record.Step, record.Phase, record.Metrics["objective/kl"])));
        }
    }

    [Fact]
    public async Task Samples_are_those_of_the_node_with_the_learner()
    {
        Assert.Empty(await Samples(_two));
        _samples.Add([Sample(update: 1, "first")]);
        _samples.Add([Sample(update: 2, "second"), Sample(update: 2, "third")]);
        Assert.Equal(["second", "third", "first"], (await Samples(_two)).Select(sample => sample.Summary));
        Assert.Equal(await Samples(_one), await Samples(_two));
    }

    [Fact]
    public async Task A_learner_that_nobody_has_heard_of_or_that_is_dead_is_said_to_be_so()
    {
        await _servers[0].DisposeAsync();
        using var dead = await _http.GetAsync(new Uri($"{_two}/api/metrics"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, dead.StatusCode);
        Assert.StartsWith("one, which has the learner, does not answer", (await dead.Content.ReadFromJsonAsync<ActionAnswer>(OperationsJson.Options))!.Error, StringComparison.Ordinal);
        _learner = null;
        using var unknown = await _http.GetAsync(new Uri($"{_two}/api/samples"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
    }

    [Fact]
    public async Task What_is_no_update_is_refused()
    {
        using var answer = await _http.GetAsync(new Uri($"{_two}/api/metrics?after=yesterday"));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "after is \"yesterday\"; it is the number of an update"),
            (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<ActionAnswer>(OperationsJson.Options))!.Error));
    }

    [Fact]
    public async Task A_question_that_was_passed_on_is_not_passed_on_again()
    {
        _learner = _learner! with { Http = _two }; // which another node has now
        Assert.Empty(await Metrics($"{_two}/api/metrics"));
    }

    internal static SampleReport Sample(long update, string summary) =>
        new() { Episode = 7, Update = update, Version = update - 1, Prompt = "text", Summary = summary, Score = 1, Kl = 0.5 };

    private async Task<string> Start(string name, string metrics, RecentSamples? samples)
    {
        var figures = new LearnerFigures(name, metrics, samples, () => _learner, _http);
        var server = await NodeServer.StartAsync(ClusterNetwork.Open(new()), figures.Map);
        _servers.Add(server);
        return server.Address;
    }

    private async Task<IReadOnlyList<MetricsRecord>> Metrics(string address) => (await _http.GetFromJsonAsync<IReadOnlyList<MetricsRecord>>(new Uri(address), OperationsJson.Options))!;

    private async Task<IReadOnlyList<SampleReport>> Samples(string node) => (await _http.GetFromJsonAsync<IReadOnlyList<SampleReport>>(new Uri($"{node}/api/samples"), OperationsJson.Options))!;
}
