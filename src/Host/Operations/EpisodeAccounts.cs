using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;
using Akka.Actor;

namespace ActorRlhf.Host.Operations;

/// <summary>Asks all shards, and the learner before and after them, for the account. A shard that is being recovered, or moved, gets some time.</summary>
/// <param name="plan">Which episodes there are.</param>
/// <param name="shards">Passes messages on to episode shards.</param>
/// <param name="learner">Reaches the learner.</param>
/// <param name="cluster">What all nodes say.</param>
internal sealed class EpisodeAccounts(EpisodePlan plan, IActorRef shards, IActorRef learner, Func<Task<ClusterReport>> cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LearnerPatience = TimeSpan.FromSeconds(2);

    /// <summary>The account.</summary>
    public async Task<EpisodeAccount> TakeAsync()
    {
        var before = await Ask<LearnerStatus>(learner, new LearnerStatusRequest(), LearnerPatience).ConfigureAwait(false);
        var answers = await Task.WhenAll(Enumerable.Range(0, plan.Shards).Select(shard =>
            Ask<ShardStatus>(shards, new ShardStatusRequest { Run = plan.Run, Shard = shard }, Patience))).ConfigureAwait(false);
        var after = await Ask<LearnerStatus>(learner, new LearnerStatusRequest(), LearnerPatience).ConfigureAwait(false);
        var rollouts = (await cluster().ConfigureAwait(false)).Actors.Select(actor => actor.Rollout).OfType<RolloutReport>();
        return AccountBook.Of(plan, [.. answers.OfType<ShardStatus>()], before, after, rollouts.Sum(rollout => rollout.Waiting + rollout.Handed));
    }

    private static async Task<T?> Ask<T>(IActorRef actor, object question, TimeSpan patience)
        where T : class
    {
        try
        {
            return await actor.Ask<T>(question, patience).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }
}
