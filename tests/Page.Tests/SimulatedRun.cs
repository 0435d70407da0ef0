using System.Collections.Concurrent;
using System.Text.Json;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorRlhf.Page.Tests;

/// <summary>A node that serves the page with whatever a test wants it to show; nothing is behind it.</summary>
internal sealed class SimulatedRun : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly SimulatedRunTold _told;
    private NodeServer? _server;

    private SimulatedRun(SimulatedRunTold told) => _told = told;

    /// <summary>Where it is.</summary>
    public string Address => _server!.Address;

    /// <summary>What it was asked to do: path, query and operator.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    /// <summary>Starts one.</summary>
    /// <param name="told">What it tells.</param>
    /// <param name="network">How it is on the network.</param>
    public static async Task<SimulatedRun> Start(SimulatedRunTold told, NetworkSettings? network = null)
    {
        var run = new SimulatedRun(told);
        run._server = await NodeServer.StartAsync(ClusterNetwork.Open(network ?? new()), run.Map);
        return run;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private void Map(WebApplication application)
    {
        application.MapPage();
        application.MapGet("/api/metrics", () => Results.Json(_told.Metrics, OperationsJson.Options));
        application.MapGet("/api/audit", () => Results.Json(_told.Audit, OperationsJson.Options));
        application.MapPost("/api/{action}", (HttpContext http, string action) =>
        {
            _asked.Enqueue($"{action}{Uri.UnescapeDataString(http.Request.QueryString.Value!)} by {http.Request.Headers[OperatorDesk.OperatorHeader]}");
            return Results.Json(new ActionAnswer($"{action} is done"), OperationsJson.Options);
        });
        EventSource[] sources =
        [
            EventSource.Of("status", () => Task.FromResult<byte[]?>([.. System.Text.Encoding.UTF8.GetBytes(_told.Status.ToJson())])),
            Source("alarms", () => _told.Alarms), Source("topology", () => _told.Topology with { At = DateTimeOffset.UtcNow }), Source("account", () => _told.Account),
            Source("why", () => _told.Why), Source("samples", () => _told.Samples),
        ];
        new EventFeed(sources, NullLogger.Instance).Map(application);
    }

    private static EventSource Source<T>(string name, Func<T> value) =>
        EventSource.Of(name, () => Task.FromResult<byte[]?>(JsonSerializer.SerializeToUtf8Bytes(value(), OperationsJson.Options)));
}

/// <summary>What a <see cref="SimulatedRun"/> tells: a small run in which all is well.</summary>
internal sealed record SimulatedRunTold
{
    public NodeStatus Status { get; init; } = new()
    {
        Name = "core", Roles = ["learner"], Run = "summaries", Members = [], Phase = "training", Batches = 100, Version = 40, TotalEpisodes = 25_600, TrainedEpisodes = 10_240,
    };

    public IReadOnlyList<AlarmReport> Alarms { get; init; } = [];

    public ClusterReport Topology { get; init; } = Cluster(rollouts: 2, actors: 1);

    public EpisodeAccount Account { get; init; } = new()
    {
        Run = "summaries", At = DateTimeOffset.UnixEpoch, TotalEpisodes = 25_600, Shards = [Shard(0), Shard(1)], Missing = [], Unissued = 14_000, Leased = 360, Held = 1_000, Trained = 10_240,
        Counts = new EpisodeCounts { Issued = 11_700, Fulfilled = 11_240, Expired = 100, Accepted = 11_240, Refused = 7 }, Generated = 12, IsSound = true,
        Invariants = [new InvariantCheck("unissued + leased + held + trained = episodes", "14000 + 360 + 1000 + 10240 = 25600", true, [])],
    };

    public Bottleneck Why { get; init; } = new()
    {
        Run = "summaries", At = DateTimeOffset.UnixEpoch, Stage = Stage.Generation, Verdict = "generation holds the run up", Stages = [new StageLoad(Stage.Generation, 0.94, "busy", "more rollouts")],
    };

    public IReadOnlyList<MetricsRecord> Metrics { get; init; } =
    [
        .. Enumerable.Range(1, 40).Select(step => new MetricsRecord(step, DateTimeOffset.UtcNow.AddSeconds(10 * (step - 40)), "ppo", new Dictionary<string, double>
        {
            ["objective/score"] = step / 40.0, ["objective/kl"] = step == 20 ? double.NaN : step / 10.0, ["ppo/policy/entropy"] = 2 - (step / 40.0), ["objective/response_length"] = 11.5,
            ["ppo/learning_rate"] = 2e-4 * (1 - (step / 100.0)), ["episodes_per_second"] = 25.6, ["time/wait"] = 4, ["time/update"] = 6,
        })),
    ];

    public IReadOnlyList<SampleReport> Samples { get; init; } = [Sample("a tool for mail")];

    public IReadOnlyList<AuditEntry> Audit { get; init; } = [];

    public static SampleReport Sample(string summary, string reference = "mail tool") => new()
    {
        Episode = 10_017, Update = 40, Version = 39, Prompt = "This tool is for mail.\n\nTL;DR:", Summary = summary, Reference = reference, Score = 1.25, ReferenceScore = 0.5, Kl = 3.5,
    };

    /// <summary>A learner's node, a scorer's, and rollouts'.</summary>
    /// <param name="rollouts">Nodes with rollouts.</param>
    /// <param name="actors">Actors of each of these.</param>
    public static ClusterReport Cluster(int rollouts, int actors) => new()
    {
        Run = "summaries", At = DateTimeOffset.UnixEpoch, ReportedBy = "core", TotalEpisodes = 25_600, BatchSize = 256, Shards = 2, MaxPolicyLag = 1,
        Nodes =
        [
            Node("core", ["learner", "episodes"], [Actor("/user/learner", "Learner") with { Learner = Learner }, .. Enumerable.Range(0, 2).Select(i => Actor($"/shard/{i}", "EpisodeShard") with { Shard = Shard(i) })]),
            .. Enumerable.Range(1, rollouts).Select(i => Node($"rollout-{i:000}", ["rollout"], [.. Enumerable.Range(1, actors).Select(k => Actor($"/user/rollout-{k}", "Rollout") with { Rollout = Rollout(i, k) })])),
            Node("scorer", ["scorer"], [Actor("/user/scorer", "RewardScorer") with { Scorer = Scorer }]),
        ],
    };

    public static NodeReport Node(string name, IReadOnlyList<string> roles, IReadOnlyList<ActorReport> actors) => new()
    {
        Name = name, Address = "http://127.0.0.1:1", Member = "akka.tcp://rlhf@127.0.0.1:1", Roles = roles, UpSince = DateTimeOffset.UtcNow.AddMinutes(-5), Status = "up", Pid = 1, RssBytes = 400_000_000,
        Processors = 2, ProcessorsBusy = 0.5, Threads = 30, Version = "0.1.0", Actors = actors,
    };

    private static ActorReport Actor(string path, string type) => new() { Path = path, Type = type, State = ActorState.Running, Mailbox = 1, MessagesPerSecond = 12.5, Restarts = 0 };

    private static LearnerReport Learner => new()
    {
        Phase = "training", Device = "cpu", Reason = "", Version = 40, Batches = 100, Formed = 40, BatchInHand = 100, BatchSize = 256, InHand = 100, CheckpointVersion = 32, CheckpointAgeSeconds = 80, Busy = 0.5,
        SecondsPerStep = 6, WriteMs = 2, Consumed = 0, Duplicate = 0, Foreign = 0, Acknowledged = false,
    };

    private static ScorerReport Scorer => new()
    {
        Name = "scorer", Device = "cpu", BatchSize = 64, BatchMean = 50, WaitMs = 12, EpisodesPerSecond = 25.6, Busy = 0.25, Waiting = 0, Scoring = 1, Unanswered = 0, Scored = 100, Batches = 2, Refused = 0, Malformed = 0,
    };

    private static RolloutReport Rollout(int node, int actor) => new()
    {
        Name = $"rollout-{node}", Device = "cpu", Slots = 64, SlotsInUse = (node * 7 + actor) % 65, TokensPerSecond = 123.4, EpisodesPerSecond = 12.8, PolicyVersion = 40, Lag = 0, Leased = 10, Generating = 60, Waiting = 1,
        Handed = 2, Generated = 1234, Dropped = 0, Busy = 0.9, Time = new Dictionary<string, double> { ["generating"] = 0.9, ["waiting_for_episodes"] = 0.1 },
    };

    private static ShardReport Shard(int number) => new()
    {
        Shard = number, Version = 40, Episodes = 12_800, Unissued = 7_000, Leased = 180, Held = 500, Trained = 5_120, Counts = new EpisodeCounts(), WriteMs = 2, Writing = 0.01,
    };
}
