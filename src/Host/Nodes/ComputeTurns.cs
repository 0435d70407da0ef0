using ActorRlhf.Actors;
using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Scoring;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Turns at the processors for the actors of one process, first come, first served: a decode step, a batch to score, an update. Each uses all threads for itself while it
/// computes; side by side, threads that wait for each other at barriers would lose the processor to the others'.
/// </summary>
public sealed class ComputeTurns
{
    private readonly object _gate = new();
    private long _next;
    private long _serving;

    /// <summary>Does something when it is its turn.</summary>
    public T Run<T>(Func<T> work)
    {
        ComputeThread.Wait(() =>
        {
            lock (_gate)
            {
                var ticket = _next++;
                while (ticket != _serving) Monitor.Wait(_gate);
            }
        });

        try
        {
            return work();
        }
        finally
        {
            lock (_gate)
            {
                _serving++;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>A trainer that takes turns.</summary>
    public ITrainer Share(ITrainer trainer) => new Trainer(this, trainer);

    /// <summary>Generation that takes turns.</summary>
    public IGeneration Share(IGeneration generation) => new Generation(this, generation);

    /// <summary>A scorer that takes turns.</summary>
    public IScorer Share(IScorer scorer) => new Scorer(this, scorer);

    private void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    private sealed class Trainer(ComputeTurns turns, ITrainer trainer) : ITrainer
    {
        public long Load() => turns.Run(trainer.Load);

        public IReadOnlyList<Alarm> Alarms => trainer.Alarms;

        public void Steer(Steering steering, bool isPast) => trainer.Steer(steering, isPast);

        public void Train(BatchFormed batch) => turns.Run(() => trainer.Train(batch));

        public void Checkpoint(long version) => trainer.Checkpoint(version);

        public void Dispose() => trainer.Dispose();
    }

    private sealed class Generation(ComputeTurns turns, IGeneration generation) : IGeneration
    {
        public int Slots => generation.Slots;

        public int Active => generation.Active;

        public Task<long> Fetch(long version, CancellationToken cancellation) => generation.Fetch(version, cancellation);

        public void Swap() => generation.Swap();

        public void Add(Query query) => generation.Add(query);

        public void Step(ICollection<Completion> finished) => turns.Run(() => generation.Step(finished));

        public void Dispose() => generation.Dispose();
    }

    private sealed class Scorer(ComputeTurns turns, IScorer scorer) : IScorer
    {
        public IReadOnlyList<ScoredEpisode> Score(IReadOnlyList<(SampledEpisode Episode, int[] Query)> batch) => turns.Run(() => scorer.Score(batch));

        public void Dispose() => scorer.Dispose();
    }
}
