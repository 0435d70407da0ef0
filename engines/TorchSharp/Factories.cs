using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Operator.Call("empty.memory_format", size, dtype ?? float32, default, device).WithGradient(requires_grad);

    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Operator.Call("zeros", size, dtype ?? float32, default, device).WithGradient(requires_grad);

    public static Tensor zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros([size], dtype, device, requires_grad);

    public static Tensor zeros(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros([rows, columns], dtype, device, requires_grad);

    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Operator.Call("ones", size, dtype ?? float32, default, device).WithGradient(requires_grad);

    public static Tensor ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        ones([size], dtype, device, requires_grad);

    public static Tensor ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        ones([rows, columns], dtype, device, requires_grad);

    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Operator.Call("full", size, value, dtype ?? float32, default, device).WithGradient(requires_grad);

    /// <summary>Standard normal numbers from the default generator.</summary>
    public static Tensor randn(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Operator.Call("randn", size, dtype ?? float32, default, device).WithGradient(requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Operator.Call("arange", stop, dtype, default, device).WithGradient(requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Operator.Call("arange.start", start, stop, dtype, default, device).WithGradient(requires_grad);

    public static Tensor zeros_like(Tensor input) => Operator.Call("zeros_like", input);

    /// <summary>A tensor of one dimension with a copy of the array. Where dimensions are given, the array may be longer than they need.</summary>
    public static Tensor tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<float>(rawArray, [rawArray.Length], float32, dtype, device, requires_grad);

    public static Tensor tensor(float[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<float>(rawArray, dimensions, float32, dtype, device, requires_grad);

    public static Tensor tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<double>(rawArray, [rawArray.Length], float64, dtype, device, requires_grad);

    public static Tensor tensor(double[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<double>(rawArray, dimensions, float64, dtype, device, requires_grad);

    public static Tensor tensor(long[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<long>(dataArray, [dataArray.Length], int64, dtype, device, requires_grad);

    public static Tensor tensor(long[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<long>(dataArray, dimensions, int64, dtype, device, requires_grad);

    public static Tensor tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<int>(rawArray, [rawArray.Length], int32, dtype, device, requires_grad);

    public static Tensor tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<bool>(rawArray, [rawArray.Length], @bool, dtype, device, requires_grad);

    public static Tensor tensor(bool[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copied<bool>(rawArray, dimensions, @bool, dtype, device, requires_grad);

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        full([], scalar, float32, device, requires_grad);

    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full([], scalar, dtype ?? float64, device, requires_grad);

    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) =>
        full([], scalar, int32, device, requires_grad);

    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full([], scalar, dtype ?? int64, device, requires_grad);

    /// <summary>Tensors one after the other. The concatenation of one tensor is that tensor under a second handle, not a copy.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => tensors.Count switch
    {
        0 => throw new ArgumentException("cat needs at least one tensor", nameof(tensors)),
        1 => tensors[0].alias(),
        _ => Operator.Call("cat", tensors.ToArray(), dim),
    };

    private static Tensor Copied<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> dimensions, ScalarType element, ScalarType? dtype, Device? device, bool requiresGrad)
        where T : unmanaged
    {
        var count = 1L;
        foreach (var extent in dimensions)
            count *= extent;
        if (count > values.Length)
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {values.Length} elements for [{string.Join(", ", dimensions.ToArray())}]");
        var tensor = empty(dimensions.ToArray(), element);
        MemoryMarshal.AsBytes(values[..(int)count]).CopyTo(tensor.bytes);
        var wanted = dtype ?? element;
        if (wanted == element && device is null or { type: DeviceType.CPU })
            return tensor.WithGradient(requiresGrad);
        using (tensor)
            return tensor.to(wanted, device ?? CPU).WithGradient(requiresGrad);
    }

    private static Tensor WithGradient(this Tensor tensor, bool requiresGrad) => requiresGrad ? tensor.requires_grad_() : tensor;
}
