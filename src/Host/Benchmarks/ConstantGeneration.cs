using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>Generation that takes one step for a whole response. Weights are fetched as ever, and used for nothing.</summary>
/// <param name="settings">The run.</param>
/// <param name="slots">Sequences that go side by side.</param>
/// <param name="source">Where weights come from.</param>
public sealed class ConstantGeneration(EpisodeBenchSettings settings, int slots, IParameterSource source) : IGeneration
{
    private readonly ParameterBlock _block = new(BatchHash.Shapes);
    private readonly List<Query> _active = new(slots);
    private Task _fetch = Task.CompletedTask;
    private long _fetched = -1;
    private long _version = -1;

    /// <inheritdoc/>
    public int Slots => slots;

    /// <inheritdoc/>
    public int Active => _active.Count;

    /// <inheritdoc/>
    public Task<long> Fetch(long version, CancellationToken cancellation)
    {
        var fetch = Into();
        _fetch = fetch;
        return fetch;

        async Task<long> Into() => _fetched = await source.Fetch(version, _block, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Swap() => _version = _fetched;

    /// <inheritdoc/>
    public void Add(Query query) => _active.Add(query);

    /// <inheritdoc/>
    public void Step(ICollection<Completion> finished)
    {
        foreach (var query in _active)
        {
            var tokens = ConstantContent.Tokens(settings.Seed, query.EpisodeId, settings.Tokens, settings.Vocabulary);
            var log = ConstantContent.LogProbabilities(settings.Seed, query.EpisodeId, settings.Tokens, kind: 1);
            finished.Add(new Completion(query.EpisodeId, query.Tokens, tokens, log, Ended: true, _version, _version));
        }

        _active.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Task.WhenAny(_fetch).Wait(); // cancelled by now; it writes into memory that is about to be freed
        _block.Dispose();
    }
}
