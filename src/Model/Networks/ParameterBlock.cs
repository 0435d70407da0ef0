using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Networks;

/// <summary>
/// All parameters of a network in one flat float32 tensor, with a named view for each. An optimizer step, a copy, a hash or a checkpoint
/// is then one pass over one piece of memory, and gradients accumulate into a flat tensor of the same layout.
/// The block owns its tensors; they stay outside any dispose scope.
/// </summary>
public sealed class ParameterBlock : IDisposable
{
    private const int Alignment = 16; // floats: each view starts on a cache line

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Zeros in the given shapes, in the given order.</summary>
    public ParameterBlock(IReadOnlyList<TensorShape> shapes, Device? device = null)
        : this(shapes, length => zeros(length, float32, device))
    {
    }

    private ParameterBlock(IReadOnlyList<TensorShape> shapes, Func<long, Tensor> values)
    {
        Shapes = shapes;
        var offset = 0L;
        foreach (var shape in shapes)
        {
            if (shape.Extents.Length > 1)
                MatrixElements = offset + shape.Count;
            _entries.Add(shape.Name, new Entry(shape, offset));
            offset = (offset + shape.Count + Alignment - 1) / Alignment * Alignment;
        }
        Values = values(offset).DetachFromDisposeScope();
        foreach (var entry in _entries.Values)
            entry.View = ViewOf(Values, entry).detach().DetachFromDisposeScope();
    }

    /// <summary>Names and shapes in the order of their memory.</summary>
    public IReadOnlyList<TensorShape> Shapes { get; }

    /// <summary>Every parameter, [elements with padding], float32. Padding between views stays zero.</summary>
    public Tensor Values { get; }

    /// <summary>The gradient of <see cref="Values"/> in the same layout, or null until <see cref="RequireGradient"/>.</summary>
    public Tensor? Gradient { get; private set; }

    /// <summary>How many leading elements of <see cref="Values"/> belong to matrices, where matrices come first: these take weight decay.</summary>
    public long MatrixElements { get; }

    /// <summary>Number of parameters, padding not counted.</summary>
    public long Count => Shapes.Sum(shape => shape.Count);

    /// <summary>The device the parameters are on.</summary>
    public Device Device => Values.device;

    /// <summary>A parameter by its checkpoint name: a leaf that shares memory with <see cref="Values"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public Tensor this[string name] => _entries.TryGetValue(name, out var entry)
        ? entry.View
        : throw new KeyNotFoundException($"no parameter is called '{name}'");

    /// <summary>Whether there is a parameter of that name.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Where a parameter's elements start in <see cref="Values"/>.</summary>
    public long Offset(string name) => _entries[name].Start;

    /// <summary>Makes the parameters trainable: from now on a backward pass adds to <see cref="Gradient"/>.</summary>
    public void RequireGradient()
    {
        if (Gradient is not null) return;
        Gradient = zeros_like(Values).DetachFromDisposeScope();
        foreach (var entry in _entries.Values)
        {
            entry.View.requires_grad_();
            using var gradient = ViewOf(Gradient, entry).DetachFromDisposeScope();
            entry.View.grad = gradient;
        }
    }

    /// <summary>A block of the same values, in the same memory, with a gradient of its own.</summary>
    public ParameterBlock Share() => new(Shapes, _ => Values.detach());

    /// <summary>Copies every parameter that both blocks have from another block.</summary>
    /// <exception cref="UserErrorException">A shared name has two shapes.</exception>
    public void CopyFrom(ParameterBlock source)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        foreach (var shape in Shapes)
        {
            if (!source._entries.TryGetValue(shape.Name, out var other)) continue;
            if (!other.Shape.Extents.SequenceEqual(shape.Extents))
                throw new UserErrorException($"parameter {other.Shape} does not fit {shape}; use a checkpoint of the same network shape");
            ViewOf(Values, _entries[shape.Name]).copy_(ViewOf(source.Values, other));
        }
    }

    /// <summary>Fills a parameter from memory, in row-major order.</summary>
    public void Set(string name, ReadOnlySpan<float> values)
    {
        var entry = _entries[name];
        if (values.Length != entry.Shape.Count)
            throw new ArgumentException($"{entry.Shape} takes {entry.Shape.Count} values, not {values.Length}");
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        ViewOf(Values, entry).copy_(tensor(values.ToArray(), entry.Shape.Extents));
    }

    /// <summary>A parameter's elements, in row-major order.</summary>
    public float[] Get(string name)
    {
        using var scope = NewDisposeScope();
        return ViewOf(Values, _entries[name]).detach().cpu().reshape(-1).data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _entries.Values)
            entry.View.Dispose();
        Gradient?.Dispose();
        Values.Dispose();
    }

    private static Tensor ViewOf(Tensor flat, Entry entry) =>
        flat.narrow(0, entry.Start, entry.Shape.Count).view(entry.Shape.Extents);

    private sealed class Entry(TensorShape shape, long start)
    {
        public TensorShape Shape { get; } = shape;
        public long Start { get; } = start;
        public Tensor View { get; set; } = null!;
    }
}
