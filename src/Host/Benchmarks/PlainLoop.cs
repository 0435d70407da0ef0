using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>PPO in a plain loop, without actors, journal or cluster: generate a batch, score it, learn from it. What coordination costs is measured against it.</summary>
/// <param name="work">What generates, scores and trains; the same as the actors'.</param>
public sealed class PlainLoop(INodeWork work)
{
    /// <summary>Trains from the beginning to the end.</summary>
    /// <param name="trained">Told of every batch.</param>
    /// <param name="stop">Stops it between batches.</param>
    public void Run(Action<long> trained, CancellationToken stop)
    {
        var plan = work.Episodes.Plan;
        var weights = new Published();
        using var trainer = work.MakeTrainer(weights.Publish);
        using var generation = work.MakeGeneration(weights);
        using var scorer = work.MakeScorer();
        for (var batch = trainer.Load(); batch < plan.Batches; batch++)
        {
            stop.ThrowIfCancellationRequested();
            generation.Fetch(batch, stop).GetAwaiter().GetResult();
            generation.Swap();
            var sampled = Generate(generation, plan.FirstOf(batch), plan.FirstOf(batch + 1));
            var scored = scorer.Score([.. sampled.Select(episode => (episode, work.Query(episode.Episode)))]).OrderBy(episode => episode.Episode);
            trainer.Train(new BatchFormed { Shape = plan.Shape, Batch = batch, PolicyVersion = batch, Episodes = { scored } });
            trained(batch);
        }
    }

    private List<SampledEpisode> Generate(IGeneration generation, long first, long end)
    {
        var (finished, next) = (new List<Completion>(), first);
        while (finished.Count < end - first)
        {
            while (next < end && generation.Active < generation.Slots) generation.Add(new Query(next, work.Query(next++)));
            generation.Step(finished);
        }

        return [.. finished.Select(SampledEpisode.Of)];
    }

    // The trainer's own weights, read between its steps.
    private sealed class Published : IParameterSource
    {
        private (long Version, ParameterBlock Weights)? _newest;

        public void Publish(long version, ParameterBlock weights) => _newest = (version, weights);

        public Task<long> Fetch(long version, ParameterBlock into, CancellationToken cancellation)
        {
            into.CopyFrom(_newest!.Value.Weights);
            return Task.FromResult(_newest.Value.Version);
        }
    }
}
