using ActorRlhf.Model.Networks;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>The newest weights, for rollouts in the learner's own process. May be used from any thread.</summary>
/// <param name="shapes">The policy's parameters.</param>
public sealed class LocalParameters(IReadOnlyList<TensorShape> shapes) : IParameterSource, IDisposable
{
    private readonly ParameterBlock _newest = new(shapes);
    private readonly Lock _lock = new();
    private long _version = -1;
    private TaskCompletionSource _published = Signal();

    /// <summary>Copies weights. Older ones than those that are here are not taken: a learner that takes its steps again comes by them.</summary>
    /// <param name="version">Batches that they have learned from.</param>
    /// <param name="policy">The weights.</param>
    public void Publish(long version, ParameterBlock policy)
    {
        TaskCompletionSource published;
        lock (_lock)
        {
            if (version <= _version) return;
            _newest.CopyFrom(policy);
            _version = version;
            (published, _published) = (_published, Signal());
        }

        published.SetResult();
    }

    /// <inheritdoc/>
    public async Task<long> Fetch(long version, ParameterBlock into, CancellationToken cancellation)
    {
        await Task.Yield(); // the copy is not the caller's
        while (true)
        {
            Task published;
            lock (_lock)
            {
                if (_version >= version)
                {
                    into.CopyFrom(_newest);
                    return _version;
                }

                published = _published.Task;
            }

            await published.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _newest.Dispose();

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
