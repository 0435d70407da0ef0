using System.Text.Json;
using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Operations;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using Akka.Actor;

namespace ActorRlhf.Host.Operations;

/// <summary>Reports of one actor system's actors: what their gauges say, and what rollouts, scorers, shards and the learner say themselves.</summary>
/// <param name="system">The actor system.</param>
/// <param name="plan">Which episodes there are.</param>
/// <param name="device">What an actor of a class computes on.</param>
internal sealed class ActorObserver(ActorSystem system, EpisodePlan plan, Func<Type, string> device)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400); // less than other nodes have with this one

    /// <summary>All actors that have gauges, by path.</summary>
    public async Task<IReadOnlyList<ActorReport>> ReportAsync() => await Task.WhenAll(ActorGauges.Of(system).All.Select(ReportAsync)).ConfigureAwait(false);

    /// <summary>A shard's report.</summary>
    public static ShardReport Of(ShardStatus status, EpisodePlan plan)
    {
        var (all, trained) = (plan.CountInShard(status.Shard, plan.TotalEpisodes), plan.CountInShard(status.Shard, plan.FirstOf(status.Version)));
        return new ShardReport
        {
            Shard = status.Shard,
            Version = status.Version,
            Episodes = all,
            Unissued = all - trained - status.Held - status.Leased,
            Leased = status.Leased,
            Held = status.Held,
            Trained = trained,
            Counts = EpisodeCounts.Of(status.Counters),
            WriteMs = status.WriteMilliseconds,
            Writing = status.Writing,
            Violations = [.. status.Violations],
        };
    }

    private async Task<ActorReport> ReportAsync(ActorGauge gauge)
    {
        var (cause, at) = gauge.LastFailure;
        var report = new ActorReport
        {
            Path = gauge.Path,
            Type = gauge.Type,
            State = gauge.State,
            Mailbox = gauge.Mailbox,
            Messages = gauge.Messages,
            MessagesPerSecond = gauge.MessagesPerSecond,
            Restarts = gauge.Restarts,
            LastFailure = cause,
            LastFailureAt = at,
        };
        if (report.State == ActorState.Stopped) return report with { IsAnswering = false };
        try
        {
            return gauge.Type switch
            {
                nameof(Rollout) => report with { Rollout = Of(await Ask<RolloutStatus>(gauge, new RolloutStatusRequest()).ConfigureAwait(false)) },
                nameof(RewardScorer) => report with { Scorer = Of(await Ask<ScorerStatus>(gauge, new ScorerStatusRequest()).ConfigureAwait(false)) },
                nameof(EpisodeShard) => report with { Shard = Of(await Ask<ShardStatus>(gauge, new ShardStatusRequest { Run = plan.Run }).ConfigureAwait(false), plan) },
                nameof(Learner) => report with { Learner = Of(await Ask<LearnerStatus>(gauge, new LearnerStatusRequest()).ConfigureAwait(false)) },
                _ => report,
            };
        }
        catch (AskTimeoutException)
        {
            return report with { IsAnswering = false };
        }
    }

    private static Task<T> Ask<T>(ActorGauge gauge, object question) => gauge.Actor.Ask<T>(question, Patience);

    private RolloutReport Of(RolloutStatus status) => new()
    {
        Name = status.Name,
        Device = device(typeof(Rollout)),
        Slots = status.Slots,
        SlotsInUse = status.SlotsInUse,
        TokensPerSecond = status.TokensPerSecond,
        EpisodesPerSecond = status.EpisodesPerSecond,
        PolicyVersion = status.Version,
        Lag = Math.Max(0, status.Newest - status.Version),
        Leased = status.Leased,
        Generating = status.Generating,
        Waiting = status.Waiting,
        Handed = status.Handed,
        Generated = status.Generated,
        Dropped = status.Dropped,
        Busy = status.Busy,
        Time = Shares<RolloutActivity>(status.Time),
    };

    private ScorerReport Of(ScorerStatus status) => new()
    {
        Name = status.Name,
        Device = device(typeof(RewardScorer)),
        BatchSize = status.BatchSize,
        BatchMean = status.BatchMean,
        WaitMs = status.WaitMilliseconds,
        EpisodesPerSecond = status.EpisodesPerSecond,
        Busy = status.Busy,
        Waiting = status.Waiting,
        Scoring = status.Scoring,
        Unanswered = status.Unanswered,
        Scored = status.Scored,
        Batches = status.Batches,
        Refused = status.Refused,
        Malformed = status.Malformed,
        Time = Shares<ScorerActivity>(status.Time),
    };

    private LearnerReport Of(LearnerStatus status) => new()
    {
        Phase = status.Phase.ToString().ToLowerInvariant(),
        Device = device(typeof(Learner)),
        Reason = status.Reason,
        Version = status.Version,
        Batches = status.Batches,
        Formed = status.Formed,
        BatchInHand = status.BatchInHand,
        BatchSize = status.BatchSize,
        InHand = status.InHand,
        CheckpointVersion = status.CheckpointVersion,
        CheckpointAgeSeconds = status.HasCheckpointAgeMilliseconds ? status.CheckpointAgeMilliseconds / 1000.0 : null,
        Busy = status.Busy,
        SecondsPerStep = status.StepSeconds,
        WriteMs = status.WriteMilliseconds,
        Consumed = status.Counters.Consumed,
        Duplicate = status.Counters.Duplicate,
        Foreign = status.Counters.Foreign,
        Acknowledged = status.Acknowledged,
        Time = Shares<LearnerActivity>(status.Time),
        Violations = [.. status.Violations],
    };

    private static Dictionary<string, double> Shares<T>(IEnumerable<double> shares)
        where T : struct, Enum => Enum.GetValues<T>().Zip(shares)
            .ToDictionary(share => JsonNamingPolicy.SnakeCaseLower.ConvertName(share.First.ToString()), share => Math.Round(share.Second, 4));
}
