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

    private static string Of(RolloutReport rollout) => Invariant(
        $"{rollout.Device}, {rollout.SlotsInUse:0}/{rollout.Slots} slots, {NumberText.Of(rollout.TokensPerSecond)} tokens/s, policy {rollout.PolicyVersion} (lag {rollout.Lag}), {rollout.Waiting + rollout.Handed} to settle");

    private static string Of(ScorerReport scorer) => Invariant(
        $"{scorer.Device}, batch {NumberText.Of(scorer.BatchMean)}/{scorer.BatchSize}, wait {scorer.WaitMs:0} ms, {NumberText.Of(scorer.EpisodesPerSecond)} episodes/s, busy {100 * scorer.Busy:0}%");

    private static string Of(ShardReport shard) => Invariant(
        $"shard {shard.Shard}: {shard.Unissued:#,0} unissued, {shard.Leased:#,0} leased, {shard.Held:#,0} held, {shard.Trained:#,0} trained");

    private static string Of(LearnerReport learner)
    {
        var checkpoint = learner.CheckpointAgeSeconds is { } age
            ? Invariant($"checkpoint {learner.CheckpointVersion} ({AgeText.Of(TimeSpan.FromSeconds(age))} ago)")
            : "no checkpoint yet";
        return Invariant($"{learner.Phase}, update {learner.Version}/{learner.Batches}, batch {learner.BatchInHand}/{learner.BatchSize}, {checkpoint}, {NumberText.Of(learner.SecondsPerStep)} s/step");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
