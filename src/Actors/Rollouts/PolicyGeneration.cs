using ActorRlhf.Model.Generation;
using ActorRlhf.Model.Networks;

namespace ActorRlhf.Actors.Rollouts;

/// <summary>Generation with a policy: two blocks of weights, one in use, the other to fetch the next version into.</summary>
public sealed class PolicyGeneration : IGeneration
{
    private readonly Transformer _policy;
    private readonly ParameterBlock _other;
    private readonly IParameterSource _source;
    private readonly Func<long, ResponseGenerator> _start;
    private ResponseGenerator? _generator;
    private ParameterBlock _inUse;
    private ParameterBlock _spare;
    private Task _fetch = Task.CompletedTask;
    private long _fetched = -1;

    /// <summary>Generation without weights as yet; fetch some and swap them in.</summary>
    /// <param name="policy">A policy of the right shape on the right device; what is in it does not matter. It becomes this object's.</param>
    /// <param name="sampling">How to draw.</param>
    /// <param name="maxQueryTokens">The longest query.</param>
    /// <param name="endOfText">The token that ends a response.</param>
    /// <param name="seed">The run's seed; with an episode's number it decides every draw.</param>
    /// <param name="source">Where weights come from.</param>
    public PolicyGeneration(Transformer policy, SamplingSettings sampling, int maxQueryTokens, int endOfText, long seed, IParameterSource source)
    {
        (_policy, _source, Slots) = (policy, source, sampling.Slots);
        _other = new ParameterBlock(policy.Parameters.Shapes, policy.Parameters.Device);
        (_inUse, _spare) = (_other, policy.Parameters);
        _start = version => new ResponseGenerator(policy, sampling, maxQueryTokens, endOfText, seed, version);
    }

    /// <inheritdoc/>
    public int Slots { get; }

    /// <inheritdoc/>
    public int Active => _generator?.Active ?? 0;

    /// <inheritdoc/>
    public Task<long> Fetch(long version, CancellationToken cancellation)
    {
        var fetch = Into(_spare);
        _fetch = fetch;
        return fetch;

        async Task<long> Into(ParameterBlock spare) => _fetched = await _source.Fetch(version, spare, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Swap()
    {
        if (_fetched < 0) throw new InvalidOperationException("no weights have been fetched");
        (_inUse, _spare) = (_spare, _inUse);
        if (_generator is null) _generator = _start(_fetched);
        else _generator.Use(_inUse, _fetched);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There are no weights.</exception>
    public void Add(Query query) => (_generator ?? throw new InvalidOperationException("there are no weights to generate with; fetch some and swap them in")).Add(query);

    /// <inheritdoc/>
    public void Step(ICollection<Completion> finished) => _generator?.Step(finished);

    /// <inheritdoc/>
    public void Dispose()
    {
        Task.WhenAny(_fetch).Wait(); // cancelled by now; it writes into memory that is about to be freed
        _generator?.Dispose();
        _policy.Dispose();
        _other.Dispose();
    }
}
