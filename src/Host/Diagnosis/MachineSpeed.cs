using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ActorRlhf.Host.Diagnosis;

/// <summary>Short measurements of what the machine can do, a fraction of a second each. Other work on the machine makes them smaller.</summary>
public static class MachineSpeed
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.4);

    /// <summary>The float32 matrix product through libtorch, best of several.</summary>
    /// <param name="size">Rows and columns of both factors.</param>
    /// <returns>10⁹ floating-point operations a second; a product of n × n has 2n³.</returns>
    public static double MatrixProductGigaflops(int size = 1024)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var left = torch.full([size, size], 0.5);
        var right = torch.full([size, size], 0.25);
        left.matmul(right).Dispose(); // loads the library and starts its threads
        var best = Best(() => left.matmul(right).Dispose());
        return 2.0 * size * size * size / best.TotalSeconds / 1e9;
    }

    /// <summary>Reading memory with every core: what decoding is bound by. Best of several passes over more than the caches hold.</summary>
    /// <param name="bytes">How much is read in a pass.</param>
    /// <returns>10⁹ bytes a second.</returns>
    public static unsafe double MemoryReadGigabytes(long bytes = 256L << 20)
    {
        var memory = (float*)NativeMemory.Alloc((nuint)bytes);
        try
        {
            var parts = Environment.ProcessorCount;
            var length = bytes / sizeof(float) / parts;
            Parallel.For(0, parts, part => new Span<float>(memory + (part * length), checked((int)length)).Fill(1)); // has the pages there
            var sums = new float[parts];
            var best = Best(() => Parallel.For(0, parts, part => sums[part] = Sum(memory + (part * length), length)));
            return sums[0] > 0 ? length * sizeof(float) * parts / best.TotalSeconds / 1e9 : 0;
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    private static unsafe float Sum(float* values, long length)
    {
        // Four sums, because one would wait for its own last addition.
        var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var width = Vector<float>.Count;
        for (var i = 0L; i + (4 * width) <= length; i += 4 * width)
        {
            a += Vector.Load(values + i);
            b += Vector.Load(values + i + width);
            c += Vector.Load(values + i + (2 * width));
            d += Vector.Load(values + i + (3 * width));
        }

        return Vector.Sum(a + b + c + d);
    }

    private static TimeSpan Best(Action action)
    {
        var best = TimeSpan.MaxValue;
        var start = Stopwatch.GetTimestamp();
        do
        {
            var begin = Stopwatch.GetTimestamp();
            action();
            var elapsed = Stopwatch.GetElapsedTime(begin);
            best = elapsed < best ? elapsed : best;
        }
        while (Stopwatch.GetElapsedTime(start) < Time);
        return best;
    }
}
