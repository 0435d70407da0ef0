using ActorRlhf.Actors.Learning;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>Training whose step is a <see cref="BatchHash"/>; its checkpoints and versions are real, if small.</summary>
/// <param name="store">The run's checkpoints.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="publish">Takes a copy of each version.</param>
/// <param name="progress">Told how many batches it has learned from.</param>
public sealed class ConstantTrainer(CheckpointStore store, long seed, Action<long, ParameterBlock> publish, Action<long> progress) : ITrainer
{
    private const string Policy = "policy";

    private readonly BatchHash _hash = new();
    private readonly ParameterBlock _block = new(BatchHash.Shapes);
    private long _version;

    /// <summary>The run's checkpoints.</summary>
    public static CheckpointStore Store(string folder) => new(Path.Combine(folder, "checkpoints"));

    /// <summary>The newest checkpoint of a run: after how many batches, and their <see cref="BatchHash.Text"/>.</summary>
    public static (long Version, string Hash) Newest(string folder)
    {
        using var trainer = new ConstantTrainer(Store(folder), 0, (_, _) => { }, _ => { });
        return (trainer.Load(), trainer._hash.Text);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Alarm> Alarms => [];

    /// <inheritdoc/>
    public long Load()
    {
        if (store.LoadLatest(new CheckpointContent().Add(Policy, _block)) is { } loaded)
        {
            _version = loaded.State.Step;
            _hash.Read(_block);
        }

        publish(_version, _block);
        return _version;
    }

    /// <inheritdoc/>
    public void Steer(Steering steering, bool isPast)
    {
        // What it does depends on no setting.
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is not the batch after the last one.</exception>
    public void Train(BatchFormed batch)
    {
        if (batch.Batch != _version) throw new InvalidOperationException($"batch {batch.Batch} is not the one after {_version} batches");
        _hash.Add(batch);
        _hash.Write(_block);
        publish(++_version, _block);
        progress(_version);
    }

    /// <inheritdoc/>
    public void Checkpoint(long version) => store.Save(new CheckpointState { Step = version, Seed = seed }, new CheckpointContent().Add(Policy, _block));

    /// <inheritdoc/>
    public void Dispose() => _block.Dispose();
}
