using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>An argument or a result of an operator as native/shim.cpp lays it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeValue
{
    public ValueTag Tag;
    public int Extra;
    public long Integer;
    public double Real;
    public void* Pointer;
}

/// <summary>What a <see cref="NativeValue"/> holds; the numbers are the native enum's.</summary>
internal enum ValueTag
{
    None,
    Tensor,
    Integer,
    Real,
    Boolean,
    IntegerList,
    TensorList,
    String,
    Device,
}

/// <summary>A tensor's metadata, read in one native call.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorFacts
{
    public long Numel;
    public long Dimensions;
    public long ElementSize;
    public int ScalarType;
    public int DeviceType;
    public int DeviceIndex;
    public int RequiresGrad;
    public int IsLeaf;
    public int IsContiguous;
}

/// <summary>The C ABI of native/shim.cpp.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "libactorrlhf_torch.so";

    [LibraryImport(Library)] private static partial byte* rlhf_last_error();
    [LibraryImport(Library)] private static partial byte* rlhf_torch_version();
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial int rlhf_operator_find(string name, string overload, out nint found);
    [LibraryImport(Library)] public static partial int rlhf_operator_call(nint op, NativeValue* arguments, int argumentCount, NativeValue* results, int capacity, int* count);
    [LibraryImport(Library)] public static partial void rlhf_tensor_free(nint tensor);
    [LibraryImport(Library)] public static partial int rlhf_tensor_facts(nint tensor, TensorFacts* facts);
    [LibraryImport(Library)] public static partial int rlhf_tensor_shape(nint tensor, long* values, int capacity);
    [LibraryImport(Library)] public static partial int rlhf_tensor_data(nint tensor, out nint data);
    [LibraryImport(Library)] public static partial int rlhf_tensor_set_requires_grad(nint tensor, int requiresGrad);
    [LibraryImport(Library)] public static partial int rlhf_tensor_grad(nint tensor, out nint gradient);
    [LibraryImport(Library)] public static partial int rlhf_tensor_set_grad(nint tensor, nint gradient);
    [LibraryImport(Library)] public static partial int rlhf_backward(nint* roots, nint* gradients, int count, int retainGraph, int createGraph);
    [LibraryImport(Library)] public static partial int rlhf_grad_mode();
    [LibraryImport(Library)] public static partial void rlhf_set_grad_mode(int enabled);
    [LibraryImport(Library)] public static partial int rlhf_manual_seed(long seed);
    [LibraryImport(Library)] public static partial int rlhf_threads();
    [LibraryImport(Library)] public static partial int rlhf_set_threads(int threads);
    [LibraryImport(Library)] public static partial int rlhf_cuda_devices();
    [LibraryImport(Library)] public static partial int rlhf_cuda_synchronize(long device);

    public static string TorchVersion => Marshal.PtrToStringUTF8((nint)rlhf_torch_version())!;

    /// <summary>Throws what libtorch said, first line only, where a native function returned non-zero.</summary>
    /// <exception cref="ExternalException">The native call failed.</exception>
    public static void Check(int status)
    {
        if (status != 0)
            throw new ExternalException(Marshal.PtrToStringUTF8((nint)rlhf_last_error()));
    }
}
