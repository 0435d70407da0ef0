using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>Generation on a device that is as fast as it is said to be: a step takes its time and no processor's. Responses have from half of the run's tokens to all of them.</summary>
/// <param name="settings">The run.</param>
/// <param name="slots">Sequences that go side by side.</param>
/// <param name="step">What a step takes with all slots in use.</param>
/// <param name="fixedShare">The share of <paramref name="step"/> that it takes however few are in use.</param>
/// <param name="source">Where weights come from.</param>
public sealed class PacedGeneration(EpisodeBenchSettings settings, int slots, TimeSpan step, double fixedShare, IParameterSource source) : IGeneration
{
    private readonly ConstantGeneration _finish = new(settings, slots, source);
    private readonly List<(Query Query, int Left)> _active = new(slots);

    /// <inheritdoc/>
    public int Slots => slots;

    /// <inheritdoc/>
    public int Active => _active.Count;

    /// <inheritdoc/>
    public Task<long> Fetch(long version, CancellationToken cancellation) => _finish.Fetch(version, cancellation);

    /// <inheritdoc/>
    public void Swap() => _finish.Swap();

    /// <inheritdoc/>
    public void Add(Query query) => _active.Add((query, settings.Tokens / 2 + (int)(query.EpisodeId * 7 % (settings.Tokens / 2 + 1))));

    /// <inheritdoc/>
    public void Step(ICollection<Completion> finished)
    {
        if (_active.Count == 0) return;
        Thread.Sleep(step * (fixedShare + (1 - fixedShare) * _active.Count / slots)); // the device is at work
        for (var i = _active.Count - 1; i >= 0; i--)
        {
            var (query, left) = _active[i];
            if (left > 1)
            {
                _active[i] = (query, left - 1);
                continue;
            }

            _finish.Add(query);
            _active.RemoveAt(i);
        }

        _finish.Step(finished);
    }

    /// <inheritdoc/>
    public void Dispose() => _finish.Dispose();
}
