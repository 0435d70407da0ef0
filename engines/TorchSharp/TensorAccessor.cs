using TorchSharp;

namespace TorchSharp.Utils;

/// <summary>Typed access to the memory of a CPU tensor, in row-major order whatever its strides.</summary>
public sealed class TensorAccessor<T> : IDisposable where T : unmanaged
{
    private readonly torch.Tensor _tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        _tensor = tensor;
    }

    /// <summary>Number of elements.</summary>
    public long Count => _tensor.numel();

    public T[] ToArray()
    {
        var values = new T[Count];
        CopyTo(values.AsSpan());
        return values;
    }

    /// <summary>Copies the elements from <paramref name="tensorIndex"/> on into <paramref name="array"/> from <paramref name="arrayIndex"/> on.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        using var contiguous = _tensor.is_contiguous() ? null : _tensor.contiguous();
        Elements(contiguous ?? _tensor)[(int)tensorIndex..].CopyTo(array[arrayIndex..]);
    }

    /// <summary>Overwrites the tensor's elements; the tensor must be contiguous.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        if (!_tensor.is_contiguous())
            throw new InvalidOperationException("CopyFrom needs a contiguous tensor.");
        array[arrayIndex..].CopyTo(Elements(_tensor)[(int)tensorIndex..]);
    }

    public void Dispose()
    {
    }

    private static unsafe Span<T> Elements(torch.Tensor contiguous) => new((void*)contiguous.DataPointer, checked((int)contiguous.numel()));
}
