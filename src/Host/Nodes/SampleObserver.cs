using ActorRlhf.Actors.Learning;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;
using ActorRlhf.Model.Rewards;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Keeps a few samples of every update for operators: the ones of the lowest and the highest score, and some between. Their reference summaries are scored here, while the rollouts
/// write for the next update.
/// </summary>
/// <param name="samples">Where they are kept.</param>
/// <param name="task">Turns tokens into text.</param>
/// <param name="examples">The texts.</param>
/// <param name="order">Which text an episode summarizes; of this observer alone.</param>
/// <param name="reward">The reward model, on the learner's device.</param>
internal sealed class SampleObserver(RecentSamples samples, SummaryTask task, IReadOnlyList<SummaryExample> examples, PromptOrder order, RewardModel reward) : ITrainingObserver
{
    /// <summary>How many are kept of an update.</summary>
    public const int PerUpdate = 4;

    /// <inheritdoc/>
    public void Loaded(long version, Transformer policy, IReadOnlyList<string> messages) => samples.Rewind(version);

    /// <inheritdoc/>
    public void Trained(PpoStatistics statistics, IReadOnlyList<Trajectory> batch, TimeSpan elapsed, Transformer policy)
    {
        var chosen = Choose(batch);
        var references = chosen.Select(episode => examples[order[episode.EpisodeId]].Reference).ToArray();
        var scores = reward.Score([.. chosen.Select((episode, i) => (episode.Query, task.Answer(references[i])))]);
        samples.Add(
        [
            .. chosen.Select((episode, i) => new SampleReport
            {
                Episode = episode.EpisodeId,
                Update = statistics.Update,
                Version = episode.PolicyVersion,
                Prompt = task.Tokenizer.Decode(episode.Query),
                Summary = task.Text(episode.Response),
                Reference = references[i],
                Score = episode.Score,
                ReferenceScore = scores[i],
                Kl = TokenRewards.Kl(episode.BehaviourLogProbabilities, episode.ReferenceLogProbabilities),
            }),
        ]);
    }

    /// <inheritdoc/>
    public void Checkpointed(long version, Transformer policy)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Episodes at even steps of the order by score, the highest first; of equal ones the first.</summary>
    internal static IReadOnlyList<Trajectory> Choose(IReadOnlyList<Trajectory> batch)
    {
        Trajectory[] ranked = [.. batch.OrderByDescending(episode => episode.Score)];
        var count = Math.Min(PerUpdate, ranked.Length);
        return [.. Enumerable.Range(0, count).Select(i => ranked[count < 2 ? 0 : i * (ranked.Length - 1) / (count - 1)])];
    }
}
