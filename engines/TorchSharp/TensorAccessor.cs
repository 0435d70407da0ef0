using TorchSharp;

namespace TorchSharp.Utils;

/// <summary>Typed access to the memory of a CPU tensor, in row-major order whatever its strides.</summary>
public sealed class TensorAccessor<T> : IDisposable where T : unmanaged
{
    private readonly torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor) => _tensor = tensor;

    /// <summary>Number of elements.</summary>
    public long Count => _tensor.numel();

    public T[] ToArray()
    {
        var values = new T[Count];
        CopyTo(values.AsSpan());
        return values;
    }

    /// <summary>Copies elements from <paramref name="tensorIndex"/> on into <paramref name="array"/> from <paramref name="arrayIndex"/> on, until one of the two ends.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        using var copy = _tensor.is_contiguous() ? null : _tensor.contiguous();
        Copy(Elements(copy ?? _tensor)[checked((int)tensorIndex)..], array[arrayIndex..]);
        GC.KeepAlive(_tensor);
    }

    /// <summary>Overwrites elements from <paramref name="tensorIndex"/> on with <paramref name="array"/>'s from <paramref name="arrayIndex"/> on, until one of the two ends.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        var start = checked((int)tensorIndex);
        if (_tensor.is_contiguous())
        {
            Copy(source, Elements(_tensor)[start..]);
            GC.KeepAlive(_tensor);
            return;
        }
        using var recording = torch.no_grad();
        using var copy = _tensor.contiguous();
        Copy(source, Elements(copy)[start..]);
        _tensor.copy_(copy);
    }

    public void Dispose()
    {
    }

    private static void Copy(ReadOnlySpan<T> from, Span<T> to) => from[..Math.Min(from.Length, to.Length)].CopyTo(to);

    private static unsafe Span<T> Elements(torch.Tensor contiguous) => new((void*)contiguous.DataPointer, checked((int)contiguous.numel()));
}
