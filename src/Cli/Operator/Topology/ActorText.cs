using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Operator.Topology;

/// <summary>What an actor says of itself, in a line.</summary>
public static class ActorText
{
    /// <summary>The line; empty for actors that have nothing to say.</summary>
    public static string Of(ActorReport actor) => actor switch
    {
        { IsAnswering: false, State: not ActorRlhf.Actors.Operations.ActorState.Stopped } => "does not answer: it is busy for long, or stuck",
        { Rollout: { } rollout } => Of(rollout),
        { Scorer: { } scorer } => Of(scorer),
        { Shard: { } shard } => Of(shard),
        { Learner: { } learner } => Of(learner),
        _ => "",
    };

    private static string Of(RolloutReport rollout)
    {
        var speed = NumberText.Of(rollout.TokensPerSecond);
        var policy = Invariant($"policy {rollout.PolicyVersion} (lag {rollout.Lag})");
        return Invariant($"{rollout.Device}, {rollout.SlotsInUse:0}/{rollout.Slots} slots, {speed} tokens/s, {policy}, {rollout.Waiting + rollout.Handed} to settle");
    }

    private static string Of(ScorerReport scorer)
    {
        var (batch, speed) = (NumberText.Of(scorer.BatchMean), NumberText.Of(scorer.EpisodesPerSecond));
        return Invariant($"{scorer.Device}, batch {batch}/{scorer.BatchSize}, wait {scorer.WaitMs:0} ms, {speed} episodes/s, busy {100 * scorer.Busy:0}%");
    }

    private static string Of(ShardReport shard) => Invariant(
        $"shard {shard.Shard}: {shard.Unissued:#,0} unissued, {shard.Leased:#,0} leased, {shard.Held:#,0} held, {shard.Trained:#,0} trained");

    private static string Of(LearnerReport learner)
    {
        var checkpoint = learner.CheckpointAgeSeconds is { } age
            ? Invariant($"checkpoint {learner.CheckpointVersion} ({AgeText.Of(TimeSpan.FromSeconds(age))} ago)")
            : "no checkpoint yet";
        var (step, batch) = (NumberText.Of(learner.SecondsPerStep), Invariant($"batch {learner.BatchInHand}/{learner.BatchSize}"));
        return Invariant($"{learner.Phase}, update {learner.Version}/{learner.Batches}, {batch}, {checkpoint}, {step} s/step");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
