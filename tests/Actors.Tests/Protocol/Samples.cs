using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Ppo;
using Google.Protobuf;

namespace ActorRlhf.Actors.Tests.Protocol;

/// <summary>The messages whose bytes are in reference/version-1.txt.</summary>
internal static class Samples
{
    private const string Run = "run-1";

    private static readonly RunShape _shape = new() { TotalEpisodes = 1_000_000, BatchSize = 512, Shards = 8 };
    private static readonly LearnerCounters _learnerCounters = new() { Consumed = 5, Duplicate = 6, Foreign = 7 };
    private static readonly Lease _lease = new() { First = 192, Count = 64, MinimumVersion = 2 };

    private static readonly ShardCounters _counters = new()
    {
        Issued = 200, Fulfilled = 150, Expired = 20, Returned = 10, Forgotten = 5, Accepted = 160, Refused = { 0, 4, 3, 2, 1, 0, 7, 300 }, Unaccounted = 9,
    };

    public static Dictionary<string, IMessage> ByManifest { get; } = new()
    {
        ["es.lease.1"] = new LeaseRequest { Run = Run, Shard = 3, Holder = "rollout-a", Count = 40 },
        ["es.leased.1"] = new Leased { Run = Run, Shard = 3, Leases = { _lease }, Milliseconds = 60_000, Version = 4 },
        ["es.returned.1"] = new LeasesReturned { Run = Run, Shard = 3, Holder = "rollout-a", Leases = { _lease } },
        ["es.reported.1"] = new EpisodesReported { Run = Run, Shard = 3, Report = 77, Episodes = { Episode(192), Episode(193) } },
        ["es.answered.1"] = new ReportAnswered
        {
            Run = Run, Shard = 3, Report = 77, Accepted = 1, Refusals = { new Refusal { Episode = 193, Reason = RefusalReason.Duplicate } },
        },
        ["es.scored.1"] = new EpisodesScored { Shape = _shape, Version = 4, Counters = _counters, Episodes = { Episode(192), Episode(193) } },
        ["es.settled.1"] = new JournalSettled { Through = 640 },
        ["es.trained.1"] = new BatchesTrained { Shape = _shape, Version = 5, Counters = _counters },
        ["es.status?.1"] = new ShardStatusRequest { Run = Run, Shard = 3 },
        ["es.status.1"] = new ShardStatus
        {
            Run = Run, Shard = 3, Version = 4, Leased = 12, Held = 34, Counters = _counters, Violations = { "nothing adds up" },
        },
        ["es.episode?.1"] = new EpisodeRequest { Run = Run, Shard = 3, Episode = 192 },
        ["es.episode.1"] = new EpisodeAnswer
        {
            Run = Run, Episode = 192, Phase = EpisodePhase.Held, Holder = "rollout-a#7", Milliseconds = 1500, Version = 4, Result = Named(192),
        },
        ["ln.collect.1"] = new CollectEpisodes { Run = Run, Shard = 3, Version = 4, ThroughBatch = 6, Has = { 192, 2240 } },
        ["ln.progress.1"] = new ProgressAcknowledged { Run = Run, Shard = 3, Version = 4 },
        ["ln.part.1"] = new BatchPart { Run = Run, Shard = 3, Batch = 4, Episodes = { Episode(192) } },
        ["ln.formed.1"] = new BatchFormed { Shape = _shape, Batch = 4, PolicyVersion = 4, Counters = _learnerCounters, Episodes = { Episode(192) } },
        ["ln.checkpoint.1"] = new CheckpointWritten { Shape = _shape, Version = 5, Counters = _learnerCounters, SpareVersion = 2 },
        ["ln.steered.1"] = new TrainingSteered
        {
            Shape = _shape, Counters = _learnerCounters,
            Steering = new Steering
            {
                Kind = SteeringKind.Set, Batch = 5, Operator = "ann@desk", Milliseconds = 1_700_000_000_000, Reason = "KL", Key = "rlhf.ppo.lambda", Value = "0.9", Accepted = { "kl" },
            },
        },
        ["ln.set.1"] = new ChangeSetting { Operator = "ann@desk", Reason = "KL", Key = "rlhf.ppo.lambda", Value = "0.9" },
        ["ln.save.1"] = new WriteCheckpoint(),
        ["ln.answered.1"] = new SteeringAnswered { Done = true, Text = "so be it" },
        ["ln.pause.1"] = new PauseTraining { Reason = "KL is 31" },
        ["ln.resume.1"] = new ResumeTraining(),
        ["ln.status?.1"] = new LearnerStatusRequest(),
        ["ln.status.1"] = new LearnerStatus
        {
            Run = Run, Phase = LearnerPhase.Paused, Reason = "KL is 31", Batches = 1954, Formed = 6, Version = 5, CheckpointVersion = 2, InHand = 128,
            Counters = _learnerCounters, Violations = { "nothing adds up" }, Acknowledged = true,
        },
        ["pm.trained.1"] = new PolicyTrained { Run = Run, Version = 5 },
        ["ro.waiting.1"] = new RolloutsWaiting { Run = Run, Count = 12 },
        ["ro.wanted.1"] = new RolloutsWanted { Run = Run, Scorer = "scorer-b", Count = 300 },
        ["ro.sent.1"] = new RolloutsSent { Run = Run, Episodes = { Sampled(192), Sampled(193) }, Left = 10 },
        ["ro.settled.1"] = new RolloutsSettled { Run = Run, Episodes = { 192, 193 } },
        ["ro.status?.1"] = new RolloutStatusRequest(),
        ["ro.status.1"] = new RolloutStatus
        {
            Run = Run, Name = "rollout-a", Version = -1, Speed = 12.5, Occupancy = 0.75, Slots = 32, Leased = 64, Generating = 24, Waiting = 12, Handed = 8,
            Generated = 4000, Dropped = 3,
        },
        ["sc.status?.1"] = new ScorerStatusRequest(),
        ["sc.status.1"] = new ScorerStatus
        {
            Run = Run, Name = "scorer-b", Waiting = 12, Scoring = 16, Unanswered = 20, Scored = 4000, Batches = 300, Refused = 2, Malformed = 1,
        },
        ["pm.available.1"] = new ParametersAvailable
        {
            Run = Run, Version = 5, Format = ParameterFormat.Bfloat16, Elements = 600_000, Layout = 0x0102030405060708, ChunkSize = 1 << 20,
            Hashes = ByteString.CopyFrom([.. Enumerable.Range(0, 32).Select(i => (byte)i)]),
            Total = ByteString.CopyFrom([.. Enumerable.Range(32, 16).Select(i => (byte)i)]),
            Sources = { "http://127.0.0.1:4000", "http://127.0.0.1:4001" },
        },
        ["pm.peer.1"] = new ParameterPeer { Run = Run, Address = "http://127.0.0.1:4001" },
    };

    public static Trajectory Trajectory(long episode) => new(
        episode, [1, 2], [5, 300, 50256], [-0.5f, -1.25f, -3], [-0.75f, -1.5f, -2], 0.625f, PolicyVersion: 2);

    private static SampledEpisode Sampled(long episode)
    {
        var trajectory = Trajectory(episode);
        return SampledEpisode.Of(new Completion(
            episode, trajectory.Query, trajectory.Response, trajectory.BehaviourLogProbabilities, Ended: true, FirstVersion: 2, LastVersion: 3));
    }

    private static ScoredEpisode Named(long episode)
    {
        var scored = Episode(episode);
        (scored.Rollout, scored.GeneratedAt) = ("rollout-a", 1_700_000_000_123);
        return scored;
    }

    private static ScoredEpisode Episode(long episode) => ScoredEpisode.Of(Trajectory(episode));
}
