using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Actors.Learning;

/// <summary>Watches a <see cref="PpoTrainer"/> from its own thread: figures, progress, the finished policy. What it does holds training up.</summary>
public interface ITrainingObserver : IDisposable
{
    /// <summary>Training begins, or goes on.</summary>
    /// <param name="version">Batches that the policy has learned from.</param>
    /// <param name="policy">The policy, to be read only.</param>
    /// <param name="messages">What the operator should know of loading: newer checkpoints that were damaged and passed over.</param>
    void Loaded(long version, Transformer policy, IReadOnlyList<string> messages);

    /// <summary>An update was taken.</summary>
    /// <param name="statistics">What it measured.</param>
    /// <param name="batch">What it learned from.</param>
    /// <param name="elapsed">The time it took.</param>
    /// <param name="policy">The policy after it, to be read only.</param>
    void Trained(PpoStatistics statistics, IReadOnlyList<Trajectory> batch, TimeSpan elapsed, Transformer policy);

    /// <summary>A checkpoint is on the disk.</summary>
    /// <param name="version">Batches that the policy has learned from.</param>
    /// <param name="policy">The policy, to be read only.</param>
    void Checkpointed(long version, Transformer policy);
}
