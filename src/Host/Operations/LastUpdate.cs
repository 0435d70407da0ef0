using ActorRlhf.Actors.Learning;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Operations;

/// <summary>Keeps the figures of the last update, as long as the learner is here.</summary>
internal sealed class LastUpdate : ITrainingObserver
{
    private volatile UpdateFigures? _last;

    /// <summary>The figures; null before the first update, and after the learner has ended. From any thread.</summary>
    public UpdateFigures? Last => _last;

    /// <inheritdoc/>
    public void Loaded(long version, Transformer policy, IReadOnlyList<string> messages) => _last = null;

    /// <inheritdoc/>
    public void Trained(PpoStatistics statistics, IReadOnlyList<Trajectory> batch, TimeSpan elapsed, Transformer policy) =>
        _last = new UpdateFigures(statistics, batch.Average(episode => statistics.Update - 1 - episode.PolicyVersion));

    /// <inheritdoc/>
    public void Checkpointed(long version, Transformer policy)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _last = null;
}
