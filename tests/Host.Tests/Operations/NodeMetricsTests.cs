using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Benchmarks;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Tests.Operations;

/// <summary>What Prometheus is told.</summary>
public sealed partial class NodeMetricsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_node_reports_is_in_the_text_format()
    {
        await using var server = await Serve(Figures);

        using var answer = await _http.GetAsync(server.Address + NodeMetrics.Path);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var scrape = PrometheusText.Parse(await answer.Content.ReadAsStringAsync());
        Assert.All(scrape.Samples, sample => Assert.Equal(("run \"7\"\\", "node-1"), (sample["run"], sample["node"])));
        Assert.Equal(1, scrape.Value("rlhf_node_info", ("roles", "learner,episodes"), ("version", "1.2")));
        Assert.Equal(0, scrape.Value("rlhf_node_ready"));
        Assert.Equal(1, scrape.Value("rlhf_node_unreachable_peers"));
        Assert.Equal(4, scrape.Value("rlhf_actor_mailbox_messages", ("actor", "/user/learner")));
        Assert.Equal(1234, scrape.Value("rlhf_actor_messages_total", ("actor", "/user/learner")));
        Assert.Equal(2, scrape.Value("rlhf_actor_restarts_total", ("actor", "/user/learner")));
        Assert.Equal([("unissued", 10), ("leased", 20), ("held", 30), ("trained", 40)], scrape.Of("rlhf_episodes").Select(sample => (sample["state"], sample.Value)));
        Assert.Equal(77, scrape.Value("rlhf_episodes_issued_total", ("shard", "3")));
        Assert.Equal(5, scrape.Value("rlhf_episodes_refused_total", ("reason", "duplicate")));
        Assert.Equal(0, scrape.Value("rlhf_episodes_refused_total", ("reason", "stale")));
        Assert.Equal(0.25, scrape.Value("rlhf_journal_busy_ratio", ("shard", "3")));
        Assert.Equal(1, scrape.Value("rlhf_violations", ("of", "shard 3")));
        Assert.Equal(0.5, scrape.Value("rlhf_learner_batch_fill_ratio"));
        Assert.Equal(12.5, scrape.Value("rlhf_learner_checkpoint_age_seconds"));
        Assert.Equal(("training", 1.0), Assert.Single(scrape.Of("rlhf_learner_phase"), phase => phase.Value > 0) is var only ? (only["phase"], only.Value) : default);
        Assert.Equal(1, scrape.Value("rlhf_alarm_active", ("alarm", "kl"), ("level", "stop")));
        Assert.Equal(0, scrape.Value("rlhf_alarm_active", ("alarm", "kl"), ("level", "warn")));
        Assert.Equal(0.015, scrape.Value("rlhf_scorer_wait_seconds"), 1e-12);
        Assert.Equal(double.NaN, scrape.Value("rlhf_training_kl"));
        Assert.Equal(-0.5, scrape.Value("rlhf_training_loss", ("part", "policy")));
        Assert.Equal(5120, scrape.Value("rlhf_training_episodes_total"));
        Assert.Equal(0.75, scrape.Value("rlhf_training_policy_lag"));
        Assert.True(scrape.Value("dotnet_process_memory_working_set_bytes") > 0);
        Assert.All(scrape.Types.Keys.Where(name => name.StartsWith("rlhf_", StringComparison.Ordinal)), name => Assert.DoesNotMatch("(milliseconds|_ms|percent|__)", name));
    }

    [Fact]
    public async Task Open_metrics_is_spoken_to_those_who_accept_it()
    {
        await using var server = await Serve(Figures);
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address + NodeMetrics.Path);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/openmetrics-text; version=1.0.0"));

        using var answer = await _http.SendAsync(request);
        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE rlhf_actor_messages counter\n", text, StringComparison.Ordinal);
        Assert.Contains("\nrlhf_actor_messages_total{", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_here_any_more_is_not_told_any_more()
    {
        var report = Report;
        await using var server = await Serve(new NodeFigures(() => Task.FromResult<NodeReport?>(report)));
        Assert.NotEmpty((await Scrape(server.Address)).Of("rlhf_episodes"));

        report = report with { Actors = [] };

        var scrape = await Scrape(server.Address);
        Assert.Empty(scrape.Of("rlhf_episodes"));
        Assert.Empty(scrape.Of("rlhf_actor_messages_total"));
        Assert.Empty(scrape.Of("rlhf_training_kl"));
        Assert.Single(scrape.Of("rlhf_node_info"));
    }

    [Fact]
    public async Task A_node_with_many_shards_tells_of_each()
    {
        const int shards = 600;
        var shard = Report.Actors.Single(actor => actor.Shard is not null);
        var actors = Enumerable.Range(0, shards).Select(number => shard with { Path = $"/shard/{number}", Shard = shard.Shard! with { Shard = number } });
        await using var server = await Serve(new NodeFigures(() => Task.FromResult<NodeReport?>(Report with { Actors = [.. actors] })), shards: shards);
        var scrape = await Scrape(server.Address);
        Assert.Equal(shards * (Enum.GetValues<RefusalReason>().Length - 1), scrape.Of("rlhf_episodes_refused_total").Count());
        Assert.DoesNotContain(scrape.Samples, sample => sample.Labels.ContainsKey("otel_metric_overflow"));
    }

    [Fact]
    public async Task Each_of_two_nodes_of_one_process_tells_of_itself()
    {
        await using var one = await Serve(Figures);
        await using var other = await Serve(new NodeFigures(() => Task.FromResult<NodeReport?>(Report with { Actors = [] })), "node-2");
        Assert.Equal(77, (await Scrape(one.Address)).Value("rlhf_episodes_issued_total"));
        var scrape = await Scrape(other.Address);
        Assert.Equal("node-2", Assert.Single(scrape.Of("rlhf_node_info"))["node"]);
        Assert.Empty(scrape.Of("rlhf_episodes_issued_total"));
    }

    [Fact]
    public async Task A_node_that_starts_says_that_it_is_not_ready()
    {
        await using var server = await Serve(new NodeFigures(() => Task.FromResult<NodeReport?>(null)) { IsReady = () => false });
        var scrape = await Scrape(server.Address);
        Assert.Equal(0, scrape.Value("rlhf_node_ready"));
        Assert.Empty(scrape.Of("rlhf_node_info"));
    }

    [Fact]
    public async Task The_dashboard_asks_for_nothing_that_nodes_do_not_tell()
    {
        var settings = new EpisodeBenchSettings { Directory = _folder.Path, Episodes = 1 << 30, BatchSize = 256, Shards = 2 };
        using var work = new ConstantWork(settings);
        using var log = NodeLog.ToFile(_folder.In("log"));
        NodeOptions Options(string name, NodeRoles roles) => new() { Name = name, Roles = roles, Network = new NetworkSettings(), Cluster = settings.Cluster() };
        await using var core = await Node.StartAsync(Options("core", NodeRoles.Learner | NodeRoles.Episodes), work, log);
        await using var worker = await Node.StartAsync(Options("worker", NodeRoles.Rollout | NodeRoles.Scorer), work, log);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        PrometheusText atCore, atWorker;
        do
        {
            await Task.Delay(50, patience.Token);
            (atCore, atWorker) = (await Scrape(core.Address), await Scrape(worker.Address));
        }
        while (!atCore.Of("rlhf_learner_policy_version").Any(version => version.Value > 3) || !atWorker.Of("rlhf_parameters_received_bytes_total").Any()
            || !atCore.Of("rlhf_parameters_sent_bytes_total").Any() || atWorker.Value("rlhf_node_ready") < 1 || atCore.Value("rlhf_node_ready") < 1);

        Assert.True(atWorker.Value("rlhf_generation_tokens_total") > 0);
        Assert.True(atCore.Value("rlhf_journal_write_duration_seconds_count", ("type", "EpisodeShard")) > 0);
        Assert.Equal(1L << 30, atCore.Of("rlhf_episodes").Sum(sample => sample.Value));
        Assert.All(atCore.Of("rlhf_alarm_active"), alarm => Assert.Equal(0, alarm.Value));
        Assert.Empty(atWorker.Of("rlhf_alarm_active"));
        foreach (var address in new[] { core.Address, worker.Address }) Assert.Equal("ready", await _http.GetStringAsync(address + NodeGate.ReadyPath));

        await using var server = await Serve(Figures); // with the figures of training
        var told = atCore.Names.Union(atWorker.Names).Union((await Scrape(server.Address)).Names).ToHashSet();
        Assert.Empty(DashboardNames().Except(told));
        Assert.Empty(told.Where(name => name.StartsWith("rlhf_", StringComparison.Ordinal)).Select(name => HistogramSuffix().Replace(name, "")).Distinct()
            .Except(DashboardNames().Select(name => HistogramSuffix().Replace(name, ""))).Except(["rlhf_node_info"]));
    }

    private static NodeReport Report => new()
    {
        Name = "node-1", Address = "http://x", Member = "akka://rlhf", Roles = ["learner", "episodes"], UpSince = DateTimeOffset.UnixEpoch, Status = "up", Misses = ["node-3"], Version = "1.2",
        Actors =
        [
            Actor("/user/learner", "Learner") with
            {
                Mailbox = 4, Messages = 1234, Restarts = 2,
                Learner = new LearnerReport
                {
                    Phase = "training", Device = "cpu", Reason = "", Version = 10, Batches = 100, Formed = 11, BatchInHand = 128, BatchSize = 256, InHand = 200, CheckpointVersion = 8,
                    CheckpointAgeSeconds = 12.5, Busy = 0.5, SecondsPerStep = 1.5, WriteMs = 2, Consumed = 1, Duplicate = 2, Foreign = 3, Acknowledged = false,
                    Time = new Dictionary<string, double> { ["training"] = 1 },
                },
            },
            Actor("/shard/3", "EpisodeShard") with
            {
                Shard = new ShardReport
                {
                    Shard = 3, Version = 10, Episodes = 100, Unissued = 10, Leased = 20, Held = 30, Trained = 40, WriteMs = 3, Writing = 0.25, Violations = ["does not add up"],
                    Counts = new EpisodeCounts { Issued = 77, Fulfilled = 70, Expired = 1, Returned = 2, Forgotten = 4, Accepted = 70, Refused = 5, RefusedFor = new Dictionary<string, long> { ["duplicate"] = 5 } },
                },
            },
            Actor("/user/scorer", "RewardScorer") with
            {
                Scorer = new ScorerReport
                {
                    Name = "node-1", Device = "cpu", BatchSize = 64, BatchMean = 32, WaitMs = 15, EpisodesPerSecond = 100, Busy = 0.5, Waiting = 1, Scoring = 2, Unanswered = 3, Scored = 4,
                    Batches = 5, Refused = 6, Malformed = 7,
                },
            },
        ],
    };

    private static PpoStatistics Statistics => new()
    {
        Update = 10, Episodes = 5120, ResponseTokens = 1, Kl = double.NaN, KlCoefficient = 0.05, ResponseEntropy = 1, Score = 1, ScoreDeviation = 1, ScoreTotal = 1, ResponseLength = 20, PolicyLoss = -0.5,
        ValueLoss = 1, TotalLoss = 1, Entropy = 1, ApproximateKl = 0, ClipFraction = 0, ReturnMean = 0, ReturnVariance = 1, ValueMean = 0, ValueVariance = 1, ValuePrediction = 0, ValueError = 1,
        ValueClipFraction = 0, GradientNorm = double.PositiveInfinity, LearningRate = 1e-5,
    };

    private static NodeFigures Figures => new(() => Task.FromResult<NodeReport?>(Report))
    {
        IsReady = () => false,
        LastUpdate = () => new UpdateFigures(Statistics, 0.75),
        Learner = () => new LearnerStatus { Alarms = { new RaisedAlarm { Metric = "kl", IsStop = true } } },
    };

    private static ActorReport Actor(string path, string type) =>
        new() { Path = path, Type = type, State = ActorState.Running, Mailbox = 0, MessagesPerSecond = 0, Restarts = 0 };

    private static Task<NodeServer> Serve(NodeFigures figures, string name = "node-1", int shards = 4) =>
        NodeServer.StartAsync(ClusterNetwork.Open(new NetworkSettings()), new NodeMetrics("run \"7\"\\", name, shards, figures).Map);

    private static HashSet<string> DashboardNames()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "grafana.json")));
        return [.. Questions(json.RootElement).SelectMany(question => MetricName().Matches(question)).Select(match => match.Value)];
    }

    private static IEnumerable<string> Questions(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.Name is "expr" or "query" or "definition" && property.Value.ValueKind == JsonValueKind.String ? [property.Value.GetString()!] : Questions(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Questions),
        _ => [],
    };

    private async Task<PrometheusText> Scrape(string address)
    {
        using var answer = await _http.GetAsync(address + NodeMetrics.Path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return PrometheusText.Parse(await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex(@"\b(rlhf|dotnet)_[a-z0-9_]+\b")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
