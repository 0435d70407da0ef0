using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Generation;

/// <summary>
/// Decoding on the CPU with hand-vectorized kernels over the parameters' own memory. Every weight is read once a step for all rows,
/// keys and values once for their row. Prefill and decode are the same pass over rows of tokens, so a token's logits have the same bits
/// whether its predecessors came at once or one by one, in whatever company, with any number of threads.
/// </summary>
public sealed class CpuDecoder : IDecoder
{
    /// <summary>
    /// Rows of one pass: enough that the products of a prefill are bound by arithmetic, few enough that activations stay in cache.
    /// </summary>
    private const int RowsOfPass = 128;

    private readonly KeyValueCache _cache;
    private readonly DecodeRows _rows;
    private readonly ThreadTeam _team;
    private readonly Action<int> _layers;
    private readonly Action<int> _head;
    private readonly TransformerConfig _config;
    private readonly bool[] _named;
    private DecoderWeights _weights;
    private int _inputs;

    /// <summary>A decoder with empty slots.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="parameters">Its float32 weights on the CPU, read in place at every step.</param>
    /// <param name="slots">Sequences held side by side, at least 1.</param>
    /// <param name="capacity">Tokens a slot holds, from 1 to the network's context.</param>
    /// <param name="team">The threads to work with; stays the caller's.</param>
    /// <exception cref="ArgumentOutOfRangeException">Slots or capacity are out of range.</exception>
    public CpuDecoder(TransformerConfig config, ParameterBlock parameters, int slots, int capacity, ThreadTeam team)
        : this(config, parameters, slots, capacity, team, wide: null)
    {
    }

    internal CpuDecoder(TransformerConfig config, ParameterBlock parameters, int slots, int capacity, ThreadTeam team, bool? wide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, config.ContextLength);
        _config = config;
        _team = team;
        _weights = new DecoderWeights(config, parameters);
        _cache = new KeyValueCache(config, slots, capacity);
        _rows = new DecodeRows(config, RowsOfPass, slots, capacity, team.Threads);
        _named = new bool[slots];
        Slots = slots;
        var pass = ForwardPass.Create(config, () => _weights, _rows, _cache, team, wide);
        _layers = pass.Layers;
        _head = thread => pass.Head(thread, _inputs);
    }

    /// <inheritdoc/>
    public int Slots { get; }

    /// <inheritdoc/>
    public int Capacity => _cache.Capacity;

    /// <inheritdoc/>
    public int VocabularySize => _config.VocabularySize;

    /// <inheritdoc/>
    public int Length(int slot) => _cache.Lengths[slot];

    /// <inheritdoc/>
    public void Clear(int slot) => _cache.SetLength(slot, 0);

    /// <inheritdoc/>
    public void Advance(ReadOnlySpan<SlotTokens> inputs)
    {
        DecoderInputs.Check(this, inputs, _named);
        _rows.Count = 0;
        for (var input = 0; input < inputs.Length; input++)
        {
            var (slot, tokens) = inputs[input];
            var length = _cache.Lengths[slot];
            for (var i = 0; i < tokens.Length; i++)
            {
                if (_rows.Count == _rows.Capacity) Pass();
                var row = _rows.Count++;
                _rows.Slots[row] = slot;
                _rows.Positions[row] = length + i;
                _rows.Tokens[row] = tokens.Span[i];
                _rows.Outputs[row] = i == tokens.Length - 1 ? input : -1;
            }

            _cache.SetLength(slot, length + tokens.Length);
        }

        _inputs = inputs.Length;
        if (_inputs == 0) return;
        Pass();
        _team.Run(_head);
    }

    /// <inheritdoc/>
    public unsafe ReadOnlySpan<float> Logits(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_inputs, nameof(index));
        return new ReadOnlySpan<float>(_rows.Logits + ((nint)index * _rows.LogitStride), VocabularySize);
    }

    /// <inheritdoc/>
    public void Use(ParameterBlock parameters) => _weights = new DecoderWeights(_config, parameters);

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _rows.Dispose();
    }

    private void Pass()
    {
        _team.Run(_layers);
        _rows.Count = 0;
    }
}
