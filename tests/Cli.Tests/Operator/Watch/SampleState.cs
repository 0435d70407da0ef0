using System.Globalization;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Cli.Operator.Watch;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Operator.Watch;

/// <summary>A run of 64 updates of 256 episodes, after the eighth, 30 seconds an update.</summary>
internal static class SampleState
{
    public static DateTimeOffset Now { get; } = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    public static WatchState Training { get; } = new()
    {
        Now = Now,
        Address = "http://127.0.0.1:4000",
        Status = new NodeStatus
        {
            Name = "learner", Roles = ["learner"], Run = "summaries", Members = [], Phase = "training", Batches = 64, Version = 8, CheckpointVersion = 4, TotalEpisodes = 16_384,
            TrainedEpisodes = 2_048,
        },
        Cluster = new ClusterReport
        {
            Run = "summaries", At = Now, ReportedBy = "learner", TotalEpisodes = 16_384, BatchSize = 256, Shards = 2, MaxPolicyLag = 1,
            Nodes = [Learner(), Rollout("rollout-1"), Rollout("rollout-2"), Scorer(), Node("standby", ["learner", "episodes"])],
        },
        Metrics = [.. Enumerable.Range(1, 8).Select(Record)],
        Samples =
        [
            new SampleReport
            {
                Episode = 1_234, Update = 8, Version = 7, Prompt = "This library reads\nPNG images. \u001b[31mIt is red.", Summary = "library for PNG images", Reference = "PNG library", Score = 0.5,
                ReferenceScore = 0.75, Kl = 3.25,
            },
            new SampleReport { Episode = 17, Update = 7, Version = 6, Prompt = "an older text", Summary = "an older one", Reference = "an old human's", Score = 0.25, Kl = 1 },
        ],
    };

    public static NodeReport Node(string name, string[] roles, params ActorReport[] actors) => new()
    {
        Name = name, Address = "http://127.0.0.1:1", Member = "akka.tcp://rlhf@127.0.0.1:1", Roles = roles, UpSince = Now.AddHours(-1), Status = "up", Actors = actors,
    };

    public static AlarmReport Alarm(string metric, bool stops, string message) => new()
    {
        Metric = metric, IsStop = stops, IsAccepted = false, Value = 41, Limit = 40, Since = 7, Update = 8, Message = message,
    };

    public static NodeReport Rollout(string name) => Node(name, ["rollout"], Actor("/user/rollout", "Rollout") with
    {
        Rollout = new RolloutReport
        {
            Name = name, Device = "cpu", Busy = 0.9, Slots = 64, SlotsInUse = 48.4, TokensPerSecond = 312.4, EpisodesPerSecond = 8, PolicyVersion = 8, Lag = 0, Leased = 0, Generating = 0, Waiting = 0,
            Handed = 0, Generated = 0, Dropped = 0,
        },
    });

    private static NodeReport Scorer() => Node("scorer", ["scorer"], Actor("/user/scorer", "RewardScorer") with
    {
        Scorer = new ScorerReport
        {
            Name = "scorer", Device = "cpu", BatchSize = 64, BatchMean = 58, WaitMs = 120, EpisodesPerSecond = 16, Busy = 0.3, Waiting = 0, Scoring = 0, Unanswered = 0, Scored = 0, Batches = 0,
            Refused = 0, Malformed = 0,
        },
    });

    private static NodeReport Learner() => Node("learner", ["learner", "episodes"], Actor("/user/learner", "Learner") with
    {
        Learner = new LearnerReport
        {
            Device = "cpu", Phase = "training", Reason = "", Version = 8, Batches = 64, Formed = 9, BatchInHand = 64, BatchSize = 256, InHand = 64, CheckpointVersion = 4, CheckpointAgeSeconds = 125, Busy = 0.87,
            SecondsPerStep = 25, WriteMs = 5, Consumed = 0, Duplicate = 0, Foreign = 0, Acknowledged = false,
        },
    });

    private static ActorReport Actor(string path, string type) => new() { Path = path, Type = type, State = ActorState.Running, Mailbox = 0, MessagesPerSecond = 1, Restarts = 0 };

    private static MetricsRecord Record(int step) => new(step, Now.AddSeconds(30 * (step - 8)), PpoMonitor.Phase, new Dictionary<string, double>
    {
        ["objective/score"] = step - 4,
        ["objective/kl"] = step / 2.0,
        ["objective/kl_coef"] = 0.06,
        ["ppo/policy/entropy"] = 24 - step,
        ["objective/response_length"] = 11.5,
        ["ppo/learning_rate"] = 0.0002 - (step * 0.00001),
        ["time/wait"] = step == 3 ? 4_000 : 5, // a pause
        ["time/update"] = 25,
    });
}
