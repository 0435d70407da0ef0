using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Model.Storage;

/// <summary>A piece of a flat float32 tensor as plain memory: in place on the CPU, copied from and to other devices.</summary>
public static class FlatMemory
{
    /// <summary>Values as they are in the tensor: the tensor's own memory on the CPU, a copy of it from any other device.</summary>
    /// <param name="flat">A contiguous one-dimensional float32 tensor, which outlives the span.</param>
    /// <param name="start">The first element.</param>
    /// <param name="count">How many.</param>
    public static ReadOnlySpan<float> Read(Tensor flat, long start, long count)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var piece = flat.narrow(0, start, count);
        // The memory is the flat tensor's and outlives the view of it.
        return flat.device.type == DeviceType.CPU ? MemoryMarshal.Cast<byte, float>(piece.bytes) : piece.cpu().data<float>().ToArray();
    }

    /// <summary>Copies values into the tensor.</summary>
    /// <param name="flat">A contiguous one-dimensional float32 tensor.</param>
    /// <param name="start">The first element.</param>
    /// <param name="values">What goes there.</param>
    public static void Write(Tensor flat, long start, ReadOnlySpan<float> values)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var piece = flat.narrow(0, start, values.Length);
        if (flat.device.type == DeviceType.CPU) values.CopyTo(MemoryMarshal.Cast<byte, float>(piece.bytes));
        else piece.copy_(tensor(values.ToArray()));
    }
}
