namespace ActorRlhf.Model.Storage;

/// <summary>Named tensors in plain arrays, for state that is no network's: statistics, moments, values on their way elsewhere.</summary>
public sealed class ArrayTensors : INamedTensors
{
    private readonly Dictionary<string, (long[] Shape, float[] Values)> _tensors = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Adds a tensor over an array, which is used, not copied.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the array does not fill the shape.</exception>
    public ArrayTensors Add(string name, float[] values, params long[] shape)
    {
        var count = shape.Aggregate(1L, (product, size) => checked(product * size));
        if (values.Length != count)
            throw new ArgumentException($"tensor \"{name}\": {values.Length} values do not fill {TensorEntry.Format(shape)}");
        _tensors.Add(name, (shape, values));
        _names.Add(name);
        return this;
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape(string name) => _tensors[name].Shape;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(string name) => _tensors[name].Values;

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<float> values)
    {
        var target = _tensors[name].Values;
        if (values.Length != target.Length)
            throw new ArgumentException($"tensor \"{name}\" takes {target.Length} values, not {values.Length}");
        values.CopyTo(target);
    }
}
