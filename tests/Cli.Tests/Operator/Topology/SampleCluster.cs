using ActorRlhf.Actors.Operations;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Tests.Operator.Topology;

/// <summary>A small cluster with something of everything: a node that is up, one that is frozen, one that is gone, an actor that fails and one that is stuck.</summary>
internal static class SampleCluster
{
    public static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    public static ClusterReport Report { get; } = new()
    {
        Run = "debian", At = Now, ReportedBy = "core", TotalEpisodes = 1_000_000, BatchSize = 512, Shards = 2, MaxPolicyLag = 1,
        Nodes =
        [
            Node("core", ["learner", "episodes"]) with
            {
                Pid = 4711, RssBytes = 512_000_000, Processors = 4, ProcessorsBusy = 1.25, Threads = 31, Version = "0.1.0+0123abcd", Troubles = ["09:29:01Z the disk is slow"],
                Actors =
                [
                    Actor("/system/sharding-episodes/0/0", "EpisodeShard") with { Shard = Shard(0) },
                    Actor("/system/sharding-episodes/1/1", "EpisodeShard") with { Shard = Shard(1) },
                    Actor("/user/learner/learner/learner", "Learner") with
                    {
                        Restarts = 2, LastFailure = "IOException: no space left on \u001b[31mdevice", LastFailureAt = Now - TimeSpan.FromMinutes(5),
                        Learner = new LearnerReport
                        {
                            Phase = "training", Device = "cuda:0", Reason = "", Version = 12, Batches = 1954, Formed = 13, BatchInHand = 320, BatchSize = 512, InHand = 320, CheckpointVersion = 8,
                            CheckpointAgeSeconds = 35, Busy = 0.78, SecondsPerStep = 1.25, WriteMs = 8, Consumed = 0, Duplicate = 0, Foreign = 0, Acknowledged = false,
                        },
                    },
                ],
            },
            Node("rollout-1", ["rollout"]) with
            {
                Pid = 4712, RssBytes = 800_000_000, Processors = 4, Threads = 20, Version = "0.1.0",
                Actors =
                [
                    Actor("/user/rollout", "Rollout") with
                    {
                        Mailbox = 3, MessagesPerSecond = 12.34,
                        Rollout = new RolloutReport
                        {
                            Name = "rollout-1", Device = "cpu", Slots = 64, SlotsInUse = 60.4, TokensPerSecond = 1234, EpisodesPerSecond = 25, PolicyVersion = 11, Lag = 1, Leased = 10, Generating = 60,
                            Waiting = 4, Handed = 3, Generated = 6000, Dropped = 0, Busy = 0.97,
                        },
                    },
                    Actor("/user/scorer", "RewardScorer") with { IsAnswering = false, Mailbox = 2_000 },
                ],
            },
            Node("rollout-2", ["rollout"]) with { Status = "unreachable", Membership = "up", Silence = "it has not answered within 0.7 s", MissedBy = ["core"] },
            Node("old", ["rollout"]) with { Status = "gone", Membership = "gone", GoneSince = Now - TimeSpan.FromSeconds(90), Silence = "it is no member of the cluster any more" },
        ],
    };

    private static NodeReport Node(string name, string[] roles) => new()
    {
        Name = name, Address = "http://127.0.0.1:40000", Member = "akka.tcp://rlhf@127.0.0.1:1", Roles = roles, UpSince = Now - TimeSpan.FromMinutes(187), Status = "up", Membership = "up",
    };

    private static ActorReport Actor(string path, string type) => new() { Path = path, Type = type, State = ActorState.Running, Mailbox = 0, MessagesPerSecond = 0.5, Restarts = 0 };

    private static ShardReport Shard(int number) => new()
    {
        Shard = number, Version = 12, Episodes = 500_000, Unissued = 496_700, Leased = 128, Held = 100, Trained = 3_072, Counts = new EpisodeCounts(), WriteMs = 12, Writing = 0.1,
    };
}
