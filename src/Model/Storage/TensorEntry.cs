using System.Globalization;

namespace ActorRlhf.Model.Storage;

/// <summary>A tensor as a safetensors header declares it.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="Dtype">Type of an element.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
public sealed record TensorEntry(string Name, TensorDtype Dtype, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Elements the tensor holds.</summary>
    public long Count => (End - Begin) / Dtype.Size();

    /// <summary>Bytes the tensor takes.</summary>
    public long Bytes => End - Begin;

    /// <summary>A shape as messages print it: <c>[768, 2304]</c>.</summary>
    public static string Format(IReadOnlyList<long> shape) =>
        "[" + string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture))) + "]";
}
