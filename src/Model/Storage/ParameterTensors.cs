using ActorRlhf.Model.Networks;

namespace ActorRlhf.Model.Storage;

/// <summary>A network's parameters under their own names, read and written in place.</summary>
public sealed class ParameterTensors(ParameterBlock parameters) : INamedTensors
{
    private readonly Dictionary<string, TensorShape> _shapes = parameters.Shapes.ToDictionary(shape => shape.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [.. parameters.Shapes.Select(shape => shape.Name)];

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape(string name) => _shapes[name].Extents;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(string name) => FlatMemory.Read(parameters.Values, parameters.Offset(name), _shapes[name].Count);

    /// <inheritdoc/>
    public void Write(string name, ReadOnlySpan<float> values)
    {
        if (values.Length != _shapes[name].Count)
            throw new ArgumentException($"{_shapes[name]} takes {_shapes[name].Count} values, not {values.Length}");
        FlatMemory.Write(parameters.Values, parameters.Offset(name), values);
    }
}
