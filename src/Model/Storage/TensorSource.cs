namespace ActorRlhf.Model.Storage;

/// <summary>Gives a tensor's values, row-major; the span need live only until the next call.</summary>
public delegate ReadOnlySpan<float> TensorValues();

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Key in the file; any string but <c>__metadata__</c>.</param>
/// <param name="Dtype">How it is stored: <see cref="TensorDtype.F32"/>, <see cref="TensorDtype.F16"/> or <see cref="TensorDtype.BF16"/>.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Values">Called once, when the tensor's turn in the file comes.</param>
public sealed record TensorSource(string Name, TensorDtype Dtype, IReadOnlyList<long> Shape, TensorValues Values)
{
    /// <summary>Elements the shape has.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>Bytes the tensor takes in a file.</summary>
    public long Bytes => checked(Count * Dtype.Size());
}
