using System.Runtime.InteropServices;
using ActorRlhf.Model.Generation.Kernels;

namespace ActorRlhf.Model.Generation;

/// <summary>Floats outside the garbage collector's heap, aligned to a cache line. Pages that are never written to cost no memory.</summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private const int HugePage = 1 << 21;

    private float* _start;

    /// <summary>Room for <paramref name="length"/> floats, zeroed unless <paramref name="zeroed"/> is false.</summary>
    public AlignedBuffer(long length, bool zeroed = true)
    {
        var bytes = checked((nuint)length * sizeof(float));
        _start = (float*)NativeMemory.AlignedAlloc(Math.Max(bytes, 1), bytes >= HugePage ? HugePage : (nuint)KernelLayout.Alignment);
        if (zeroed) NativeMemory.Clear(_start, bytes);
    }

    ~AlignedBuffer() => Free();

    /// <summary>The first float.</summary>
    public float* Start => _start != null ? _start : throw new ObjectDisposedException(nameof(AlignedBuffer));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
