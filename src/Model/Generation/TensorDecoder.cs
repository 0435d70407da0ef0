using ActorRlhf.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Generation;

/// <summary>Decoding with tensor operators, for devices other than the CPU. Inputs of one length are computed on together.</summary>
public sealed class TensorDecoder : IDecoder
{
    private readonly TransformerConfig _config;
    private readonly Device _device;
    private readonly Tensor[] _keys;    // a layer: [slots × capacity, width]
    private readonly Tensor[] _values;  // a layer: [slots × capacity, width]
    private readonly int[] _lengths;
    private readonly bool[] _named;
    private ParameterBlock _parameters;
    private float[] _logits = [];
    private int[] _rowOfInput = [];

    /// <summary>A decoder with empty slots, on the parameters' device.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="parameters">Its float32 weights.</param>
    /// <param name="slots">Sequences held side by side, at least 1.</param>
    /// <param name="capacity">Tokens a slot holds, from 1 to the network's context.</param>
    /// <exception cref="ArgumentOutOfRangeException">Slots or capacity are out of range.</exception>
    public TensorDecoder(TransformerConfig config, ParameterBlock parameters, int slots, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, config.ContextLength);
        _config = config;
        _parameters = parameters;
        _device = parameters.Device;
        Slots = slots;
        Capacity = capacity;
        _lengths = new int[slots];
        _named = new bool[slots];
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => Cache())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => Cache())];

        Tensor Cache() => zeros((long)slots * capacity, config.Width, float32, _device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public int Slots { get; }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc/>
    public int VocabularySize => _config.VocabularySize;

    /// <inheritdoc/>
    public int Length(int slot) => _lengths[slot];

    /// <inheritdoc/>
    public void Clear(int slot) => _lengths[slot] = 0;

    /// <inheritdoc/>
    public void Use(ParameterBlock parameters) => _parameters = parameters;

    /// <inheritdoc/>
    public void Advance(ReadOnlySpan<SlotTokens> inputs)
    {
        DecoderInputs.Check(this, inputs, _named);
        _rowOfInput = new int[inputs.Length];
        if (inputs.IsEmpty) return;
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        var groups = Groups(inputs);
        var last = new long[inputs.Length];
        var row = 0;
        var rank = 0;
        foreach (var group in groups)
        {
            foreach (var input in group.Inputs)
            {
                row += group.Length;
                _rowOfInput[input] = rank;
                last[rank++] = row - 1;
            }
        }

        var hidden = Hidden(groups, row);
        var head = _parameters["wte.weight"].t();
        var logits = hidden.index_select(0, tensor(last, device: _device)).matmul(head);  // (inputs, V)
        _logits = logits.cpu().reshape(-1).data<float>().ToArray();
        foreach (var (slot, tokens) in inputs) _lengths[slot] += tokens.Length;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Logits(int index) => _logits.AsSpan(_rowOfInput[index] * VocabularySize, VocabularySize);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values)) tensor.Dispose();
    }

    /// <summary>Rows after the last layer norm, [rows, width], in the order of the groups.</summary>
    private Tensor Hidden(Group[] groups, int rows)
    {
        var tokens = new long[rows];
        var positions = new long[rows];
        var places = new long[rows];
        var row = 0;
        foreach (var group in groups)
        {
            foreach (var (slot, content) in group.Sequences)
            {
                for (var i = 0; i < content.Length; i++, row++)
                {
                    tokens[row] = content.Span[i];
                    positions[row] = _lengths[slot] + i;
                    places[row] = ((long)slot * Capacity) + positions[row];
                }
            }
        }

        var place = tensor(places, device: _device);
        var x = _parameters["wte.weight"].index_select(0, tensor(tokens, device: _device))
            + _parameters["wpe.weight"].index_select(0, tensor(positions, device: _device));  // (N, C)
        for (var layer = 0; layer < _config.Layers; layer++)
        {
            using var layerScope = NewDisposeScope();
            var block = $"h.{layer}.";
            var normed = TransformerBody.Norm(_config, _parameters, block + "ln_1", x);
            var qkv = TransformerBody.Project(_parameters, block + "attn.c_attn", normed).split(_config.Width, 1);  // 3 × (N, C)
            _keys[layer].index_copy_(0, place, qkv[1]);
            _values[layer].index_copy_(0, place, qkv[2]);
            var queries = qkv[0].split([.. groups.Select(group => (long)group.Inputs.Length * group.Length)]);
            var attended = new Tensor[groups.Length];
            for (var i = 0; i < groups.Length; i++) attended[i] = Attend(layer, queries[i], groups[i]);
            x = x + TransformerBody.Project(_parameters, block + "attn.c_proj", cat(attended));
            var second = TransformerBody.Norm(_config, _parameters, block + "ln_2", x);
            x = (x + TransformerBody.Mlp(_parameters, block, second)).MoveToOuterDisposeScope();
        }

        return TransformerBody.Norm(_config, _parameters, "ln_f", x);
    }

    private Tensor Attend(int layer, Tensor queries, Group group)
    {
        long count = group.Inputs.Length;
        var query = queries.view(count, group.Length, _config.Heads, _config.HeadWidth).transpose(1, 2);  // (B, h, T, d)
        return nn.functional.scaled_dot_product_attention(query, Cached(_keys[layer]), Cached(_values[layer]), group.Mask)
            .transpose(1, 2).reshape(count * group.Length, _config.Width);

        Tensor Cached(Tensor cache) => cache.view(Slots, Capacity, _config.Width).index_select(0, group.SlotIndex).narrow(1, 0, group.Total)
            .view(count, group.Total, _config.Heads, _config.HeadWidth).transpose(1, 2);  // (B, h, L, d)
    }

    /// <summary>Inputs of equally many tokens, to be computed on as one batch.</summary>
    private Group[] Groups(ReadOnlySpan<SlotTokens> inputs)
    {
        var all = inputs.ToArray();
        return [.. Enumerable.Range(0, all.Length).GroupBy(i => all[i].Tokens.Length).OrderBy(group => group.Key)
            .Select(group => MakeGroup([.. group], [.. group.Select(i => all[i])]))];
    }

    private Group MakeGroup(int[] inputs, SlotTokens[] sequences)
    {
        var length = sequences[0].Tokens.Length;
        var total = sequences.Max(sequence => _lengths[sequence.Slot] + length);
        // A query at position p sees positions 0…p of its own slot.
        var mask = new float[(long)sequences.Length * length * total];
        for (var b = 0; b < sequences.Length; b++)
        {
            for (var t = 0; t < length; t++)
            {
                var seen = _lengths[sequences[b].Slot] + t + 1;
                mask.AsSpan((((b * length) + t) * total) + seen, total - seen).Fill(float.NegativeInfinity);
            }
        }

        return new Group(
            inputs,
            sequences,
            length,
            total,
            tensor([.. sequences.Select(sequence => (long)sequence.Slot)], device: _device),
            tensor(mask, [sequences.Length, 1, length, total], device: _device));
    }

    private sealed record Group(int[] Inputs, SlotTokens[] Sequences, int Length, int Total, Tensor SlotIndex, Tensor Mask);
}
