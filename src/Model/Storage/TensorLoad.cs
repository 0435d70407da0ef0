using System.Runtime.InteropServices;

namespace ActorRlhf.Model.Storage;

/// <summary>
/// A planned copy of tensors from files into a network: first every tensor is checked (there, of the right shape, finite), then all are
/// copied, so that a file that does not fit leaves the network as it was.
/// </summary>
internal sealed class TensorLoad
{
    private readonly List<(SafetensorsFile File, string Key, INamedTensors Into, string Name)> _planned = [];
    private float[] _buffer = [];

    /// <summary>Checks one tensor and plans its copy.</summary>
    /// <exception cref="UserErrorException">The file lacks the tensor, or its shape differs, or it holds a NaN or an infinity.</exception>
    public void Plan(SafetensorsFile file, string key, INamedTensors into, string name, string remedy)
    {
        var entry = file[key];
        var expected = into.Shape(name);
        if (!entry.Shape.SequenceEqual(expected))
        {
            throw new UserErrorException(
                $"{file.Path}: tensor \"{key}\" has shape {TensorEntry.Format(entry.Shape)}, but this model's is {TensorEntry.Format(expected)}; {remedy}");
        }
        var values = Values(file, entry);
        var bad = FloatConversion.FirstNonFinite(values);
        if (bad >= 0)
        {
            throw new UserErrorException(FormattableString.Invariant(
                $"{file.Path}: tensor \"{key}\" has {values[bad]} at index {bad}; weights must be finite: use an earlier checkpoint or another file"));
        }
        _planned.Add((file, key, into, name));
    }

    /// <summary>Copies everything planned.</summary>
    public void Run()
    {
        foreach (var (file, key, into, name) in _planned) into.Write(name, Values(file, file[key]));
    }

    /// <summary>A tensor's values in place where the file stores float32, widened into a buffer otherwise.</summary>
    private ReadOnlySpan<float> Values(SafetensorsFile file, TensorEntry entry)
    {
        if (entry.Dtype == TensorDtype.F32 && entry.Bytes <= int.MaxValue) return MemoryMarshal.Cast<byte, float>(file.Bytes(entry.Name));
        if (entry.Count > Array.MaxLength)
            throw new UserErrorException(
                $"{file.Path}: tensor \"{entry.Name}\" has {entry.Count} elements, more than the {Array.MaxLength} this program can load; split it");
        if (_buffer.Length < entry.Count) _buffer = new float[entry.Count];
        var values = _buffer.AsSpan(0, (int)entry.Count);
        file.Read(entry.Name, values);
        return values;
    }
}
