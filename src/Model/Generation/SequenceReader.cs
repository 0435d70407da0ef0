using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>
/// Reads whole sequences on the CPU with the decoder's kernels, without gradients: log-probabilities of tokens, or a scalar head's values. A sequence's numbers do
/// not depend on what else is read or on the number of threads, not in their last bit, and log-probabilities are those of generation, bit for bit.
/// </summary>
/// <remarks>Not for concurrent use.</remarks>
public sealed unsafe class SequenceReader : IDisposable
{
    private const int RowsOfPass = 128;
    private const int Slots = 8; // sequences that meet in a pass

    private readonly TransformerConfig _config;
    private readonly ThreadTeam _team;
    private readonly KeyValueCache _cache;
    private readonly DecodeRows _rows;
    private readonly IForwardPass _pass;
    private readonly List<(int Sequence, int Position)> _wanted = [];

    /// <summary>A reader of sequences up to the network's context.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="parameters">Its float32 weights on the CPU, read in place.</param>
    /// <param name="team">The threads to work with; stays the caller's.</param>
    public SequenceReader(TransformerConfig config, ParameterBlock parameters, ThreadTeam team)
    {
        (_config, _team) = (config, team);
        var weights = new DecoderWeights(config, parameters);
        _cache = new KeyValueCache(config, Slots, config.ContextLength);
        _rows = new DecodeRows(config, RowsOfPass, RowsOfPass, config.ContextLength, team.Threads);
        _pass = ForwardPass.Create(config, () => weights, _rows, _cache, team);
    }

    /// <summary>log π(a_t|s_t) of every response token, nats, under softmax(logits / temperature).</summary>
    /// <param name="sequences">Queries and responses; no query is empty.</param>
    /// <param name="temperature">The sampling temperature.</param>
    /// <returns>One row a sequence, in the given order, as long as its response.</returns>
    /// <exception cref="ArgumentException">A sequence is longer than the network's context, or has a token that is not in its vocabulary.</exception>
    /// <exception cref="ArithmeticException">A logit is not finite.</exception>
    public float[][] LogProbabilities(IReadOnlyList<(int[] Query, int[] Response)> sequences, double temperature)
    {
        var settings = new SamplingSettings { Temperature = temperature };
        var samplers = Enumerable.Range(0, _team.Threads).Select(_ => new Sampler(settings, _config.VocabularySize)).ToArray();
        float[][] result = [.. sequences.Select(sequence => new float[sequence.Response.Length])];
        Read(sequences, before: 1, () =>
        {
            _team.Run(thread => _pass.Head(thread, _wanted.Count));
            _team.Run(thread =>
            {
                var (begin, end) = _team.Share(_wanted.Count, thread);
                for (var row = begin; row < end; row++)
                {
                    var (sequence, position) = _wanted[row];
                    var (query, response) = sequences[sequence];
                    var token = position + 1 - query.Length;
                    var logits = new ReadOnlySpan<float>(_rows.Logits + ((nint)row * _rows.LogitStride), _config.VocabularySize);
                    result[sequence][token] = samplers[thread].LogProbability(logits, response[token]);
                }
            });
        });
        return result;
    }

    /// <summary>weight · hidden state + bias at every response token.</summary>
    /// <param name="sequences">Queries and responses.</param>
    /// <param name="weight">The head's weight, [width].</param>
    /// <param name="bias">Its bias.</param>
    /// <returns>One row a sequence, in the given order, as long as its response.</returns>
    /// <exception cref="ArgumentException">A sequence is longer than the network's context, or has a token that is not in its vocabulary.</exception>
    public float[][] Values(IReadOnlyList<(int[] Query, int[] Response)> sequences, float[] weight, float bias)
    {
        float[][] result = [.. sequences.Select(sequence => new float[sequence.Response.Length])];
        Read(sequences, before: 0, () =>
        {
            for (var row = 0; row < _wanted.Count; row++)
            {
                var (sequence, position) = _wanted[row];
                var hidden = _rows.Finals + ((nint)row * _rows.WidthStride);
                var value = (double)bias;
                for (var i = 0; i < weight.Length; i++) value += (double)weight[i] * hidden[i];
                result[sequence][position - sequences[sequence].Query.Length] = (float)value;
            }
        });
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _rows.Dispose();
    }

    // Streams the sequences through passes of many rows; wants the last hidden states of the response's positions, or of as many before them. They are kept from pass to
    // pass until they fill the head's rows, so that its weights are read for many at a time.
    private void Read(IReadOnlyList<(int[] Query, int[] Response)> sequences, int before, Action finished)
    {
        foreach (var (query, response) in sequences) Check(query, response);
        var first = 0; // of the sequences that meet in the pass
        for (var sequence = 0; sequence < sequences.Count; sequence++)
        {
            var (query, response) = sequences[sequence];
            if (sequence - first >= Slots) Pass(sequence);
            for (var position = 0; position < query.Length + response.Length - before; position++)
            {
                var isWanted = position >= query.Length - before;
                if (_rows.Count == _rows.Capacity || (isWanted && _wanted.Count == RowsOfPass)) Pass(sequence);
                if (isWanted && _wanted.Count == RowsOfPass) Finish();
                var row = _rows.Count++;
                _rows.Slots[row] = sequence % Slots;
                _rows.Positions[row] = position;
                _rows.Tokens[row] = position < query.Length ? query[position] : response[position - query.Length];
                _rows.Outputs[row] = isWanted ? _wanted.Count : -1;
                if (isWanted) _wanted.Add((sequence, position));
            }
        }

        Pass(sequences.Count);
        if (_wanted.Count > 0) Finish();

        void Pass(int next)
        {
            first = next;
            if (_rows.Count > 0) _team.Run(_pass.Layers);
            _rows.Count = 0;
        }

        void Finish()
        {
            finished();
            _wanted.Clear();
        }
    }

    private void Check(int[] query, int[] response)
    {
        if (query.Length == 0 || query.Length + response.Length > _config.ContextLength)
            throw new ArgumentException($"a sequence of {query.Length} and {response.Length} tokens; expected a query, and at most {_config.ContextLength} in all");
        foreach (var token in query.Concat(response))
        {
            if ((uint)token >= (uint)_config.VocabularySize) throw new ArgumentException($"token {token} is not in the vocabulary of {_config.VocabularySize}");
        }
    }
}
