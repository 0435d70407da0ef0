using ActorRlhf.Actors.Learning;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Actors.Tests.Learning;

/// <summary>Says when a step has been taken.</summary>
internal sealed class StepWatch(Action? trained) : ITrainingObserver
{
    public void Loaded(long version, Transformer policy, IReadOnlyList<string> messages)
    {
    }

    public void Trained(PpoStatistics statistics, IReadOnlyList<Trajectory> batch, TimeSpan elapsed, Transformer policy) => trained?.Invoke();

    public void Checkpointed(long version, Transformer policy)
    {
    }

    public void Dispose()
    {
    }
}
