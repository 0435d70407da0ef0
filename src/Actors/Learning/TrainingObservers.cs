using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Actors.Learning;

/// <summary>Several observers in their order.</summary>
/// <param name="observers">The observers; disposed with this one.</param>
public sealed class TrainingObservers(params IReadOnlyList<ITrainingObserver> observers) : ITrainingObserver
{
    /// <inheritdoc/>
    public void Loaded(long version, Transformer policy, IReadOnlyList<string> messages)
    {
        foreach (var observer in observers) observer.Loaded(version, policy, messages);
    }

    /// <inheritdoc/>
    public void Trained(PpoStatistics statistics, IReadOnlyList<Trajectory> batch, TimeSpan elapsed, Transformer policy)
    {
        foreach (var observer in observers) observer.Trained(statistics, batch, elapsed, policy);
    }

    /// <inheritdoc/>
    public void Checkpointed(long version, Transformer policy)
    {
        foreach (var observer in observers) observer.Checkpointed(version, policy);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var observer in observers) observer.Dispose();
    }
}
