using System.Diagnostics.Metrics;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// The instruments whose figures are in a node's report: how node, actors, episodes, rollout, scorer, learner and training are. Names and units follow OpenTelemetry's conventions;
/// in Prometheus, dots become underscores and the unit and <c>total</c> a suffix.
/// </summary>
/// <param name="meter">Has them.</param>
/// <param name="figures">Says what they measure.</param>
internal sealed class NodeInstruments(Meter meter, NodeFigures figures)
{
    /// <summary>The most series that an instrument has of a shard: one for each <see cref="RefusalReason"/>.</summary>
    public const int MostSeriesOfShard = 8;

    private const double Second = 1000; // in milliseconds
    private static readonly string[] Phases = Names(LearnerPhase.Unspecified);
    private static readonly string[] Refusals = Names(RefusalReason.Unspecified);

    /// <summary>Adds all of them.</summary>
    public void Add()
    {
        AddNode();
        AddActors();
        AddEpisodes();
        AddRollout();
        AddScorer();
        AddLearner();
        AddTraining();
    }

    private IEnumerable<ActorReport> Actors => figures.Report?.Actors ?? [];

    private IEnumerable<ShardReport> Shards => Actors.Select(actor => actor.Shard).OfType<ShardReport>();

    private IEnumerable<RolloutReport> Rollouts => Actors.Select(actor => actor.Rollout).OfType<RolloutReport>();

    private IEnumerable<ScorerReport> Scorers => Actors.Select(actor => actor.Scorer).OfType<ScorerReport>();

    private IEnumerable<LearnerReport> Learners => Actors.Select(actor => actor.Learner).OfType<LearnerReport>();

    private void AddNode()
    {
        Gauge<long>("rlhf.node.info", null, "1, with what the node is as labels.", () =>
            figures.Report is { } node ? [Of(1L, ("roles", string.Join(',', node.Roles)), ("version", node.Version ?? ""))] : []);
        Gauge<long>("rlhf.node.ready", null, "1 where the node can work: it is a member, its workers run, it hears from the learner.", () => [Of(figures.IsReady() ? 1L : 0)]);
        Gauge<long>("rlhf.node.unreachable.peers", "{node}", "Members that the node holds to be silent.", () => figures.Report is { } node ? [Of((long)node.Misses.Count)] : []);
    }

    private void AddActors()
    {
        Gauge("rlhf.actor.mailbox.messages", "{message}", "Messages that wait for an actor.", () => Actors.Select(actor => Of((long)actor.Mailbox, ("actor", actor.Path))));
        Counter("rlhf.actor.messages", "{message}", "Messages that an actor has received.", () => Actors.Select(actor => Of(actor.Messages, ("actor", actor.Path))));
        Counter("rlhf.actor.restarts", "{restart}", "How often an actor was started again after a failure.", () => Actors.Select(actor => Of((long)actor.Restarts, ("actor", actor.Path))));
        Gauge("rlhf.actor.answering", null, "1 where an actor runs and answers; 0 where it is stuck, busy for long, or has ended.",
            () => Actors.Select(actor => Of(actor.IsAnswering ? 1L : 0, ("actor", actor.Path))));
    }

    private void AddEpisodes()
    {
        Gauge("rlhf.episodes", "{episode}", "Episodes of a shard, each in one state.", () => Shards.SelectMany(shard => new[]
        {
            Of(shard.Unissued, Shard(shard), ("state", "unissued")), Of(shard.Leased, Shard(shard), ("state", "leased")),
            Of(shard.Held, Shard(shard), ("state", "held")), Of(shard.Trained, Shard(shard), ("state", "trained")),
        }));
        Counter("rlhf.episodes.issued", "{episode}", "Episodes leased out; one counts each time.", () => Shards.Select(shard => Of(shard.Counts.Issued, Shard(shard))));
        Counter("rlhf.episodes.accepted", "{episode}", "Results journaled.", () => Shards.Select(shard => Of(shard.Counts.Accepted, Shard(shard))));
        Counter("rlhf.episodes.refused", "{episode}", "Results refused.",
            () => Shards.SelectMany(shard => Refusals.Select(reason => Of(shard.Counts.RefusedFor.GetValueOrDefault(reason), Shard(shard), ("reason", reason)))));
        Counter("rlhf.leases.ended", "{episode}", "Leases that have ended, by how.", () => Shards.SelectMany(shard => new[]
        {
            Of(shard.Counts.Fulfilled, Shard(shard), ("reason", "fulfilled")), Of(shard.Counts.Expired, Shard(shard), ("reason", "expired")),
            Of(shard.Counts.Returned, Shard(shard), ("reason", "returned")), Of(shard.Counts.Forgotten, Shard(shard), ("reason", "forgotten")),
        }));
        Gauge("rlhf.journal.busy.ratio", "1", "Share of the last half minute in which a shard waited for the journal.", () => Shards.Select(shard => Of(shard.Writing, Shard(shard))));
        Gauge("rlhf.violations", "{violation}", "Accounts of shards and learner that do not add up; 0 when all is well.", () =>
            Shards.Select(shard => Of((long)shard.Violations.Count, ("of", $"shard {shard.Shard}"))).Concat(Learners.Select(learner => Of((long)learner.Violations.Count, ("of", "learner")))));
    }

    private void AddRollout()
    {
        Gauge("rlhf.rollout.slots", "{slot}", "Sequences that go side by side.", () => Rollouts.Select(rollout => Of((long)rollout.Slots)));
        Gauge("rlhf.rollout.slots.used", "{slot}", "Slots that had a sequence lately, on average.", () => Rollouts.Select(rollout => Of(rollout.SlotsInUse)));
        Gauge("rlhf.rollout.policy.version", null, "The policy that the rollout generates with; -1 before the first.", () => Rollouts.Select(rollout => Of(rollout.PolicyVersion)));
        Gauge("rlhf.rollout.policy.lag", "{version}", "Versions between that policy and the newest one.", () => Rollouts.Select(rollout => Of(rollout.Lag)));
        Gauge("rlhf.rollout.episodes", "{episode}", "Episodes that the rollout has.", () => Rollouts.SelectMany(rollout => new[]
        {
            Of((long)rollout.Leased, ("state", "leased")), Of((long)rollout.Generating, ("state", "generating")),
            Of((long)rollout.Waiting, ("state", "waiting")), Of((long)rollout.Handed, ("state", "handed")),
        }));
        Counter("rlhf.rollout.dropped", "{episode}", "Leased episodes not begun: trained on meanwhile, or the lease was over.", () => Rollouts.Select(rollout => Of(rollout.Dropped)));
        Gauge("rlhf.role.activity.ratio", "1", "What the last half minute went into, for each role: shares that add up to 1.", () => Rollouts.SelectMany(rollout => Shares("rollout", rollout.Time))
            .Concat(Scorers.SelectMany(scorer => Shares("scorer", scorer.Time))).Concat(Learners.SelectMany(learner => Shares("learner", learner.Time))));
    }

    private void AddScorer()
    {
        Gauge("rlhf.scorer.episodes", "{episode}", "Episodes that the scorer has.", () => Scorers.SelectMany(scorer => new[]
        {
            Of((long)scorer.Waiting, ("state", "waiting")), Of((long)scorer.Scoring, ("state", "scoring")), Of((long)scorer.Unanswered, ("state", "unanswered")),
        }));
        Gauge("rlhf.scorer.batch.fill.ratio", "1", "How full the scorer's batches were lately, on average.",
            () => Scorers.Where(scorer => scorer.BatchSize > 0).Select(scorer => Of(scorer.BatchMean / scorer.BatchSize)));
        Gauge("rlhf.scorer.wait", "s", "How long an episode waited to be scored lately, on average.", () => Scorers.Select(scorer => Of(scorer.WaitMs / Second)));
        Counter("rlhf.scorer.refused", "{episode}", "Scored episodes that shards refused for good.", () => Scorers.Select(scorer => Of(scorer.Refused)));
        Counter("rlhf.scorer.malformed", "{episode}", "Responses not fit to be scored.", () => Scorers.Select(scorer => Of(scorer.Malformed)));
    }

    private void AddLearner()
    {
        Gauge("rlhf.learner.phase", null, "1 for what the learner is doing, 0 for what it is not.", () => Learners.SelectMany(learner =>
            Phases.Select(phase => Of(learner.Phase == phase ? 1L : 0, ("phase", phase)))));
        Gauge("rlhf.learner.policy.version", null, "Updates taken: the newest policy's version.", () => Learners.Select(learner => Of(learner.Version)));
        Gauge("rlhf.learner.batches", "{batch}", "Updates of the whole run.", () => Learners.Select(learner => Of(learner.Batches)));
        Gauge("rlhf.learner.batches.formed", "{batch}", "Batches that are complete and journaled.", () => Learners.Select(learner => Of(learner.Formed)));
        Gauge("rlhf.learner.batch.fill.ratio", "1", "Share of the next batch's episodes that are here.",
            () => Learners.Where(learner => learner.BatchSize > 0).Select(learner => Of((double)learner.BatchInHand / learner.BatchSize)));
        Gauge("rlhf.learner.checkpoint.version", null, "Updates in the last checkpoint.", () => Learners.Select(learner => Of(learner.CheckpointVersion)));
        Gauge("rlhf.learner.checkpoint.age", "s", "How long ago that was written, or loaded.",
            () => Learners.Where(learner => learner.CheckpointAgeSeconds is not null).Select(learner => Of(learner.CheckpointAgeSeconds!.Value)));
        Counter("rlhf.learner.parts.refused", "{part}", "Parts of batches refused.", () => Learners.SelectMany(learner => new[]
        {
            Of(learner.Consumed, ("reason", "consumed")), Of(learner.Duplicate, ("reason", "duplicate")), Of(learner.Foreign, ("reason", "foreign")),
        }));
        Gauge<long>("rlhf.alarm.active", null, "1 for an alarm that there is, at a level; 0 for one that there is not.", () => figures.Learner() is { } status
            ? AlarmMetrics.All.SelectMany(metric => new[] { false, true }.Select(stops => Of(
                status.Alarms.Any(alarm => alarm.Metric == metric.Name() && alarm.IsStop == stops) ? 1L : 0, ("alarm", metric.Name()), ("level", stops ? "stop" : "warn"))))
            : []);
    }

    private void AddTraining()
    {
        Counter("rlhf.training.episodes", "{episode}", "Episodes learned from.", () => Last(update => update.Episodes));
        Training("rlhf.training.reward", null, "Mean score of the last batch.", update => update.Score);
        Training("rlhf.training.objective", null, "Mean score less the KL penalty.", update => update.ScoreTotal);
        Training("rlhf.training.kl", "{nat}", "KL from the reference policy, nats an episode.", update => update.Kl);
        Training("rlhf.training.kl.coefficient", null, "What the KL penalty is multiplied with.", update => update.KlCoefficient);
        Training("rlhf.training.entropy", "{nat}", "Entropy of the next token, nats a token.", update => update.Entropy);
        Training("rlhf.training.response.length", "{token}", "Mean tokens of a response.", update => update.ResponseLength);
        Gauge<double>("rlhf.training.loss", null, "Mean losses of the last update.", () => figures.LastUpdate()?.Statistics is { } update
            ? [Of(update.PolicyLoss, ("part", "policy")), Of(update.ValueLoss, ("part", "value")), Of(update.TotalLoss, ("part", "total"))]
            : []);
        Training("rlhf.training.gradient.norm", null, "Norm of the gradient before clipping.", update => update.GradientNorm);
        Training("rlhf.training.learning.rate", null, "The optimizer's learning rate.", update => update.LearningRate);
        Training("rlhf.training.clipped.ratio", "1", "Share of tokens whose policy loss the clipping decided.", update => update.ClipFraction);
        Training("rlhf.training.explained.variance.ratio", "1", "How much of the returns' variance the values explain; 1 is all of it.", update => update.ExplainedVariance);
        Gauge<double>("rlhf.training.policy.lag", "{version}", "How many versions older than the learner's the policies were that sampled the last batch, on average.",
            () => figures.LastUpdate() is { } update ? [Of(update.Lag)] : []);
    }

    private void Training(string name, string? unit, string description, Func<PpoStatistics, double> figure) => Gauge(name, unit, description, () => Last(figure));

    private IEnumerable<Measurement<T>> Last<T>(Func<PpoStatistics, T> figure)
        where T : struct => figures.LastUpdate() is { } update ? [Of(figure(update.Statistics))] : [];

    private void Gauge<T>(string name, string? unit, string description, Func<IEnumerable<Measurement<T>>> observe)
        where T : struct => meter.CreateObservableGauge(name, observe, unit, description);

    private void Counter(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> observe) => meter.CreateObservableCounter(name, observe, unit, description);

    private static IEnumerable<Measurement<double>> Shares(string role, IReadOnlyDictionary<string, double> shares) =>
        shares.Select(share => Of(share.Value, ("role", role), ("activity", share.Key)));

    private static string[] Names<T>(T none)
        where T : struct, Enum => [.. Enum.GetValues<T>().Where(value => !value.Equals(none)).Select(value => value.ToString().ToLowerInvariant())];

    private static (string, object?) Shard(ShardReport shard) => ("shard", shard.Shard);

    private static Measurement<T> Of<T>(T value, params ReadOnlySpan<(string Name, object? Value)> labels)
        where T : struct
    {
        var tags = new KeyValuePair<string, object?>[labels.Length];
        for (var i = 0; i < tags.Length; i++) tags[i] = new(labels[i].Name, labels[i].Value);
        return new Measurement<T>(value, tags);
    }
}
