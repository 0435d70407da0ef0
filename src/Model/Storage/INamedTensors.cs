namespace ActorRlhf.Model.Storage;

/// <summary>Named float32 tensors that can be stored and filled again: a network's parameters, an optimizer's moments.</summary>
public interface INamedTensors
{
    /// <summary>The names, each once.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Sizes of a tensor, outermost first.</summary>
    IReadOnlyList<long> Shape(string name);

    /// <summary>A tensor's values, row-major. The span may be the tensor's own memory or a copy, and need live only until the next call.</summary>
    ReadOnlySpan<float> Read(string name);

    /// <summary>Replaces all of a tensor's values.</summary>
    /// <param name="name">Which tensor.</param>
    /// <param name="values">As many values as the shape has, row-major.</param>
    void Write(string name, ReadOnlySpan<float> values);
}
