using System.Globalization;
using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Host.Operations;

/// <summary>
/// Finds what holds a run up. Every episode goes through the same stages, so the one that has least time to spare decides how many go through in an hour: the one that is at work,
/// or that others wait for, the largest share of the time.
/// </summary>
public static class BottleneckFinder
{
    private const double Full = 0.9; // of the processors: then everything on them slows everything else
    private const double Little = 0.25; // below it nothing is busy

    /// <summary>What holds the run up most.</summary>
    public static Bottleneck Find(ClusterReport cluster)
    {
        var learner = cluster.Learner;
        var found = new Bottleneck
        {
            Run = cluster.Run, At = cluster.At, Stage = null, Verdict = "", Stages = [.. Stages(cluster).OrderByDescending(stage => stage.Load)], Notes = [.. Notes(cluster)],
        };
        if (StandsStill(cluster, learner) is { } reason) return found with { Verdict = reason };
        var first = found.Stages[0];
        return first.Load < Little
            ? found with { Verdict = "nothing has been busy in the last half minute: the run has just begun, or leases of a rollout that is gone have to run out" }
            : found with { Stage = first.Stage, Verdict = Invariant($"{Name(first.Stage)} holds the run up: {first.Numbers}. {first.Knob}") };
    }

    private static IEnumerable<StageLoad> Stages(ClusterReport cluster)
    {
        RolloutReport[] rollouts = [.. cluster.Actors.Select(actor => actor.Rollout).OfType<RolloutReport>()];
        ScorerReport[] scorers = [.. cluster.Actors.Select(actor => actor.Scorer).OfType<ScorerReport>()];
        ShardReport[] shards = [.. cluster.Actors.Select(actor => actor.Shard).OfType<ShardReport>()];
        yield return Generation(cluster, rollouts);
        yield return Scoring(scorers);
        yield return Learning(cluster);
        yield return Database(cluster.Learner, scorers, shards);
        yield return Parameters(rollouts);
    }

    private static StageLoad Generation(ClusterReport cluster, RolloutReport[] rollouts)
    {
        if (rollouts.Length == 0) return new StageLoad(Stage.Generation, 1, "no rollout answers", "Start one: rlhf node --roles rollout.");
        var (load, slots) = (rollouts.Average(rollout => rollout.Busy), rollouts.Sum(rollout => rollout.Slots));
        var inUse = rollouts.Sum(rollout => rollout.SlotsInUse);
        var numbers = Invariant(
            $"{Count(rollouts.Length, "rollout")} busy {load:P0} of the time, {rollouts.Sum(rollout => rollout.TokensPerSecond):N0} tokens/s, {inUse:0} of {slots} slots in use");
        var knob = slots > 0 && inUse < 0.5 * slots && load > Little
            ? "Half of the slots are empty: more episodes at a time cost hardly more "
                + Invariant($"(rlhf.cluster.max-policy-lag, now {cluster.MaxPolicyLag}; rlhf.ppo.batch-size, now {cluster.BatchSize}).")
            : "More rollouts (rlhf node --roles rollout), or faster ones (rlhf.rollout.device, .threads, .slots).";
        return new StageLoad(Stage.Generation, load, numbers, knob);
    }

    private static StageLoad Scoring(ScorerReport[] scorers)
    {
        if (scorers.Length == 0) return new StageLoad(Stage.Scoring, 1, "no scorer answers", "Start one: rlhf node --roles scorer.");
        var (load, speed) = (scorers.Average(scorer => scorer.Busy), scorers.Sum(scorer => scorer.EpisodesPerSecond));
        var batch = Invariant($"{scorers.Average(scorer => scorer.BatchMean):0} in a batch of {scorers.Max(scorer => scorer.BatchSize)}");
        var wait = scorers.Average(scorer => scorer.WaitMs);
        var numbers = Invariant($"{Count(scorers.Length, "scorer")} busy {load:P0} of the time, {speed:0.0} episodes/s, {batch}, {wait:0} ms of waiting");
        var isGpu = scorers.Any(scorer => !scorer.Device.StartsWith("cpu", StringComparison.Ordinal));
        return new StageLoad(Stage.Scoring, load, numbers, isGpu
            ? "More scorers (rlhf node --roles scorer), or more at once through the networks (rlhf.scorer.forward-tokens, rlhf.scorer.batch-size)."
            : "More scorers (rlhf node --roles scorer), or faster ones (rlhf.scorer.device, .threads).");
    }

    private static StageLoad Learning(ClusterReport cluster)
    {
        if (cluster.Learner is not { } learner)
            return new StageLoad(Stage.Learning, 1, "the learner does not answer", "See rlhf topology, and rlhf logs of the nodes with the role learner.");
        var saving = Share(learner.Time, "writing_checkpoint");
        var step = Invariant($"{learner.SecondsPerStep:0.0} s a step of {cluster.BatchSize} episodes");
        var numbers = Invariant($"the learner busy {learner.Busy:P0} of the time, {step}, {saving:P0} of the time writing checkpoints");
        var knob = saving > 0.2 ? "Checkpoints less often (rlhf.ppo-schedule.checkpoint-every, rlhf.cluster.checkpoint-interval)."
            : cluster.MaxPolicyLag == 0 ? "Let generation go on meanwhile (rlhf.cluster.max-policy-lag = 1 with rlhf.ppo.importance-weight-cap), "
                + "or a faster device (rlhf.learner.device, .threads)."
            : "A faster device (rlhf.learner.device, .threads), or fewer passes over a batch (rlhf.ppo.epochs).";
        return new StageLoad(Stage.Learning, learner.Busy, numbers, knob);
    }

    private static StageLoad Database(LearnerReport? learner, ScorerReport[] scorers, ShardReport[] shards)
    {
        var (shard, journal) = (shards.Select(each => each.Writing).DefaultIfEmpty().Max(), learner is null ? 0 : Share(learner.Time, "waiting_for_journal"));
        var waiting = scorers.Select(scorer => Share(scorer.Time, "waiting_for_shards")).DefaultIfEmpty().Average();
        double[] written = [.. shards.Select(each => each.WriteMs).Where(ms => ms > 0)];
        var events = Invariant($"an event of a shard takes {written.DefaultIfEmpty().Average():0} ms, one of the learner {learner?.WriteMs ?? 0:0} ms");
        var numbers = Invariant($"{events}; the busiest shard writes {shard:P0} of the time, the learner waits {journal:P0}, scorers {waiting:P0}");
        const string knob = "A faster disk for the database, or PostgreSQL instead of SQLite (rlhf.cluster.connection-string).";
        return new StageLoad(Stage.Database, Math.Max(shard, Math.Max(journal, waiting)), numbers, knob);
    }

    private static StageLoad Parameters(RolloutReport[] rollouts)
    {
        var load = rollouts.Select(rollout => Share(rollout.Time, "waiting_for_parameters")).DefaultIfEmpty().Average();
        var lag = rollouts.Select(rollout => rollout.Lag).DefaultIfEmpty().Average();
        var numbers = Invariant($"rollouts wait {load:P0} of the time for a newer policy, and are {lag:0.0} versions behind");
        const string knob = "Half the bytes (rlhf.cluster.parameter-format = bfloat16), a faster network, or an older policy meanwhile (rlhf.cluster.max-policy-lag).";
        return new StageLoad(Stage.Parameters, load, numbers, knob);
    }

    private static string? StandsStill(ClusterReport cluster, LearnerReport? learner) => learner?.Phase switch
    {
        "paused" => $"training is paused: {learner.Reason}; rlhf resume goes on",
        "failed" => $"training has failed: {learner.Reason}",
        "finished" => "the run is finished",
        "loading" => "the learner loads its checkpoint; it was started, or started again, a moment ago",
        "replaying" => Invariant($"the learner takes the steps since its checkpoint again ({learner.Version} of {learner.Formed}); new ones come then"),
        null when !cluster.Nodes.Any(node => node.Status == "up" && node.Roles.Contains("learner")) =>
            "no node with the role learner is up: nothing is trained; start one: rlhf node --roles learner,episodes",
        _ => null,
    };

    // Nodes of one machine share its processors.
    private static IEnumerable<string> Notes(ClusterReport cluster)
    {
        foreach (var machine in cluster.Nodes.Where(node => node.ProcessorsBusy is not null).GroupBy(node => new Uri(node.Address).Host))
        {
            var (busy, processors) = (machine.Sum(node => node.ProcessorsBusy!.Value), machine.Max(node => node.Processors ?? 0));
            if (busy < Full * processors) continue;
            yield return Invariant($"the {Count(processors, "processor")} of {machine.Key} are all in use ({busy:0.0}): its {Count(machine.Count(), "node")} slow one another");
        }

        foreach (var node in cluster.Nodes.Where(node => node.Silence is not null && node.Status != NodeReport.Gone))
            yield return $"{node.Name} is {node.Status}: {node.Silence}";
        foreach (var node in cluster.Nodes)
        {
            foreach (var actor in node.Actors.Where(actor => !actor.IsAnswering && actor.State != ActorState.Stopped)) yield return $"{actor.Path} of {node.Name} does not answer";
        }
    }

    private static double Share(IReadOnlyDictionary<string, double> time, string name) => time.GetValueOrDefault(name);

    private static string Name(Stage stage) => stage switch
    {
        Stage.Generation => "generation",
        Stage.Scoring => "scoring",
        Stage.Learning => "learning",
        Stage.Database => "the database",
        _ => "getting parameters to rollouts",
    };

    private static string Count(int count, string what) => Invariant($"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture).Replace(" %", "%", StringComparison.Ordinal);
}
