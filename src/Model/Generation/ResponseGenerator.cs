using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>
/// Continuous batching: sequences of different lengths are decoded side by side, and one that finishes gives its slot to the next query at
/// the next step, whose whole query is read along with the others' single tokens. No row waits for the longest, and no padding is
/// computed on.
/// </summary>
/// <remarks>
/// Each episode draws from a stream of its own, seeded by (run seed, episode id), and a sequence's logits do not depend on its neighbours:
/// the same episode gives the same response alone, in a crowd and after a restart. <see cref="Use"/> may be called from any thread,
/// everything else from one at a time.
/// </remarks>
public sealed class ResponseGenerator : IDisposable
{
    private readonly SamplingSettings _settings;
    private readonly long _seed;
    private readonly int _endOfText;
    private readonly int _maxQueryTokens;
    private readonly ThreadTeam _team;
    private readonly IDecoder _decoder;
    private readonly Sampler[] _samplers;
    private readonly Action<int> _sample;
    private readonly Sequence?[] _sequences;
    private readonly SlotTokens[] _inputs;
    private readonly SampledToken[] _sampled;
    private int _active;
    private long _version;
    private Parameters? _next;

    /// <summary>A generator with all slots free. Its memory is allocated here, for <c>slots × (query + response)</c> positions.</summary>
    /// <param name="policy">The network; stays the caller's and is read in place, on its own device.</param>
    /// <param name="settings">How to draw.</param>
    /// <param name="maxQueryTokens">The longest query that will come.</param>
    /// <param name="endOfText">The token that ends a response.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="version">The version of the policy's parameters.</param>
    /// <exception cref="UserErrorException">Query and response do not fit the policy's context.</exception>
    public ResponseGenerator(Transformer policy, SamplingSettings settings, int maxQueryTokens, int endOfText, long seed, long version = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxQueryTokens, 1);
        var capacity = (long)maxQueryTokens + settings.MaxResponseTokens;
        if (capacity > policy.Config.ContextLength)
        {
            throw new UserErrorException(
                $"queries of up to {maxQueryTokens} tokens and responses of up to {settings.MaxResponseTokens} need {capacity} positions, "
                + $"but the policy's context is {policy.Config.ContextLength}; shorten one of them or use a policy with a longer context");
        }

        _settings = settings;
        _seed = seed;
        _endOfText = endOfText;
        _maxQueryTokens = maxQueryTokens;
        _version = version;
        _team = new ThreadTeam(settings.Threads > 0 ? settings.Threads : Environment.ProcessorCount);
        _decoder = Decoders.Create(policy, settings.Slots, (int)capacity, _team);
        _samplers = [.. Enumerable.Range(0, _team.Threads).Select(_ => new Sampler(settings, policy.Config.VocabularySize))];
        _sequences = new Sequence?[settings.Slots];
        _inputs = new SlotTokens[settings.Slots];
        _sampled = new SampledToken[settings.Slots];
        _sample = SampleShare;
    }

    /// <summary>Sequences under way.</summary>
    public int Active => _active;

    /// <summary>Slots that can take a query now.</summary>
    public int Free => _sequences.Length - _active;

    /// <summary>
    /// From the next step on, draws with other parameters of the same shape, without waiting for the sequences under way. The block
    /// stays the caller's; the one used before is read no more after the next <see cref="Step"/> has returned.
    /// </summary>
    public void Use(ParameterBlock parameters, long version) => Volatile.Write(ref _next, new Parameters(parameters, version));

    /// <summary>Puts a query into a free slot; it is read at the next <see cref="Step"/>.</summary>
    /// <exception cref="InvalidOperationException">No slot is free.</exception>
    /// <exception cref="UserErrorException">The query is empty or longer than was announced.</exception>
    public void Add(Query query)
    {
        if (query.Tokens.Length == 0)
            throw new UserErrorException($"the query of episode {query.EpisodeId} has no tokens; give the policy at least one to continue");
        if (query.Tokens.Length > _maxQueryTokens)
        {
            throw new UserErrorException(
                $"the query of episode {query.EpisodeId} has {query.Tokens.Length} tokens, but at most {_maxQueryTokens} leave room for "
                + $"a response of {_settings.MaxResponseTokens}; truncate the query");
        }

        var slot = Array.IndexOf(_sequences, null);
        if (slot < 0) throw new InvalidOperationException($"all {_sequences.Length} slots are taken");
        _decoder.Clear(slot);
        _sequences[slot] = new Sequence(query, new RandomStream(_seed, query.EpisodeId), ResponseLimit(query));
        _active++;
    }

    /// <summary>Draws one token for every sequence under way and hands the finished ones to <paramref name="finished"/>.</summary>
    /// <exception cref="ArithmeticException">The policy's logits are not finite; the message names the episode. The generator is of no
    /// more use.</exception>
    public void Step(ICollection<Completion> finished)
    {
        if (Interlocked.Exchange(ref _next, null) is { } next)
        {
            _decoder.Use(next.Block);
            _version = next.Version;
        }

        var count = 0;
        for (var slot = 0; slot < _sequences.Length; slot++)
        {
            if (_sequences[slot] is { } sequence) _inputs[count++] = new SlotTokens(slot, sequence.Pending);
        }

        if (count == 0) return;
        _decoder.Advance(_inputs.AsSpan(0, count));
        try
        {
            _team.Run(_sample);
        }
        catch (AggregateException exception) when (exception.InnerException is ArithmeticException inner)
        {
            throw inner;
        }

        for (var i = 0; i < count; i++)
        {
            var slot = _inputs[i].Slot;
            var sequence = _sequences[slot]!;
            sequence.Append(_sampled[i], _version);
            var ended = _sampled[i].Token == _endOfText;
            if (!ended && sequence.Count < sequence.MaxTokens) continue;
            finished.Add(sequence.Complete(ended));
            _sequences[slot] = null;
            _active--;
        }
    }

    /// <summary>
    /// Continues every query, in the order in which responses finish. A query is pulled from its source only when a slot is free for it.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled between two steps; sequences under way are dropped.</exception>
    public IEnumerable<Completion> Generate(IEnumerable<Query> queries, CancellationToken cancellation = default)
    {
        if (_active > 0) throw new InvalidOperationException($"{_active} sequences are under way; step them to their end first");
        try
        {
            using var source = queries.GetEnumerator();
            var finished = new List<Completion>();
            var more = true;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                while (more && Free > 0 && (more = source.MoveNext())) Add(source.Current);
                if (_active == 0) yield break;
                Step(finished);
                foreach (var completion in finished) yield return completion;
                finished.Clear();
            }
        }
        finally
        {
            Array.Clear(_sequences);
            _active = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _team.Dispose();
    }

    private int ResponseLimit(Query query) => query.MaxResponseTokens switch
    {
        null => _settings.MaxResponseTokens,
        < 1 => throw new UserErrorException(
            $"the response of episode {query.EpisodeId} is limited to {query.MaxResponseTokens} tokens; allow at least one"),
        { } limit => Math.Min(limit, _settings.MaxResponseTokens),
    };

    private void SampleShare(int thread)
    {
        var (begin, end) = _team.Share(_active, thread);
        for (var i = begin; i < end; i++)
        {
            var sequence = _sequences[_inputs[i].Slot]!;
            try
            {
                _sampled[i] = _samplers[thread].Sample(_decoder.Logits(i), sequence.Random);
            }
            catch (ArithmeticException exception)
            {
                var place = $"episode {sequence.EpisodeId}, response token {sequence.Count}";
                throw new ArithmeticException($"{place}: {exception.Message}", exception);
            }
        }
    }

    private sealed record Parameters(ParameterBlock Block, long Version);

    /// <summary>A response in the making.</summary>
    private sealed class Sequence(Query query, RandomStream random, int maxTokens)
    {
        private readonly int[] _tokens = new int[maxTokens];
        private readonly float[] _logProbabilities = new float[maxTokens];
        private long _firstVersion;
        private long _lastVersion;

        public int MaxTokens => maxTokens;

        public long EpisodeId => query.EpisodeId;

        public RandomStream Random => random;

        public int Count { get; private set; }

        /// <summary>What the decoder has not read yet: the query, or the token drawn last.</summary>
        public ReadOnlyMemory<int> Pending => Count == 0 ? query.Tokens : _tokens.AsMemory(Count - 1, 1);

        public void Append(SampledToken sampled, long version)
        {
            if (Count == 0) _firstVersion = version;
            _lastVersion = version;
            _tokens[Count] = sampled.Token;
            _logProbabilities[Count++] = sampled.LogProbability;
        }

        public Completion Complete(bool ended) =>
            new(query.EpisodeId, query.Tokens, _tokens[..Count], _logProbabilities[..Count], ended, _firstVersion, _lastVersion);
    }
}
