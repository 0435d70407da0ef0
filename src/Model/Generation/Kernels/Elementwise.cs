using System.Runtime.CompilerServices;

namespace ActorRlhf.Model.Generation.Kernels;

/// <summary>Layer norm, GELU, softmax weights and sums over vectors of any length.</summary>
internal static unsafe class Elementwise<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    // e^x = 2^n · e^f with n = round(x / ln 2), f = x − n ln 2 (ln 2 in two parts, Cody & Waite), e^f by Taylor's series to f^7 / 7!:
    // |f| ≤ 0.347, so what is left off is below 1e-8 of the result.
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float RoundingShift = 12582912f;
    private const float SmallestExponent = -87.3f;
    private const float LargestExponent = 88.3f;

    /// <summary>e^x to about 1e-7 relative, lane by lane; x is clamped to what a normal float can hold. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        x = TLanes.Min(TLanes.Broadcast(LargestExponent), TLanes.Max(TLanes.Broadcast(SmallestExponent), x));
        var shifted = TLanes.MultiplyAdd(x, TLanes.Broadcast(Log2E), TLanes.Broadcast(RoundingShift));
        var n = TLanes.Subtract(shifted, TLanes.Broadcast(RoundingShift));
        var f = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2High), x);
        f = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2Low), f);
        var p = TLanes.Broadcast(1f / 5040f);
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1f / 720f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1f / 120f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1f / 24f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1f / 6f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(0.5f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1f));
        return TLanes.Multiply(p, TLanes.PowerOfTwo(shifted));
    }

    /// <summary>
    /// x = GELU(x) in place, tanh form: x·σ(2·√(2/π)·(x + 0.044715 x³)), which is 0.5 x (1 + tanh(√(2/π)(x + 0.044715 x³))) (Hendrycks
    /// and Gimpel 2016; GPT-2's "gelu_new").
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gelu(float* x, int length)
    {
        var n = TLanes.Count;
        var i = 0;
        for (; i + n <= length; i += n) TLanes.Store(Gelu(TLanes.Load(x + i)), x + i);
        if (i == length) return;
        var rest = stackalloc float[KernelLayout.Block];
        for (var j = 0; j < n; j++) rest[j] = i + j < length ? x[i + j] : 0f;
        TLanes.Store(Gelu(TLanes.Load(rest)), rest);
        for (var j = 0; i + j < length; j++) x[i + j] = rest[j];
    }

    /// <summary>y = y + x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* y, int length)
    {
        var n = TLanes.Count;
        var i = 0;
        for (; i + n <= length; i += n) TLanes.Store(TLanes.Add(TLanes.Load(y + i), TLanes.Load(x + i)), y + i);
        for (; i < length; i++) y[i] += x[i];
    }

    /// <summary>y = (x − mean(x)) / √(var(x) + epsilon) · weight + bias over one row; the variance is the biased one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LayerNorm(float* x, float* weight, float* bias, float* y, int length, float epsilon)
    {
        var n = TLanes.Count;
        var whole = length / n * n;
        var sum = TLanes.Broadcast(0f);
        for (var i = 0; i < whole; i += n) sum = TLanes.Add(sum, TLanes.Load(x + i));
        var total = TLanes.Sum(sum);
        for (var i = whole; i < length; i++) total += x[i];
        var mean = total / length;

        var means = TLanes.Broadcast(mean);
        var squares = TLanes.Broadcast(0f);
        for (var i = 0; i < whole; i += n)
        {
            var d = TLanes.Subtract(TLanes.Load(x + i), means);
            squares = TLanes.MultiplyAdd(d, d, squares);
        }

        total = TLanes.Sum(squares);
        for (var i = whole; i < length; i++) total += (x[i] - mean) * (x[i] - mean);
        var scale = 1f / MathF.Sqrt((total / length) + epsilon);

        var scales = TLanes.Broadcast(scale);
        for (var i = 0; i < whole; i += n)
        {
            var d = TLanes.Multiply(TLanes.Subtract(TLanes.Load(x + i), means), scales);
            TLanes.Store(TLanes.MultiplyAdd(d, TLanes.Load(weight + i), TLanes.Load(bias + i)), y + i);
        }

        for (var i = whole; i < length; i++) y[i] = ((x[i] - mean) * scale * weight[i]) + bias[i];
    }

    /// <summary>The largest of <paramref name="length"/> &gt; 0 values; anything where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Maximum(float* x, int length)
    {
        var n = TLanes.Count;
        var result = x[0];
        var i = 0;
        if (length >= n)
        {
            var maximum = TLanes.Load(x);
            for (i = n; i + n <= length; i += n) maximum = TLanes.Max(maximum, TLanes.Load(x + i));
            result = TLanes.Maximum(maximum);
        }

        for (; i < length; i++) result = MathF.Max(result, x[i]);
        return result;
    }

    /// <summary>y = exp((x − shift)·scale); y may be x. Returns the sum of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ExpSum(float* x, float* y, int length, float shift, float scale)
    {
        var n = TLanes.Count;
        var shifts = TLanes.Broadcast(shift);
        var scales = TLanes.Broadcast(scale);
        var sum = TLanes.Broadcast(0f);
        var i = 0;
        for (; i + n <= length; i += n)
        {
            var e = Exp(TLanes.Multiply(TLanes.Subtract(TLanes.Load(x + i), shifts), scales));
            TLanes.Store(e, y + i);
            sum = TLanes.Add(sum, e);
        }

        var total = TLanes.Sum(sum);
        if (i == length) return total;
        var rest = stackalloc float[KernelLayout.Block];
        for (var j = 0; j < n; j++) rest[j] = i + j < length ? x[i + j] : shift;
        TLanes.Store(Exp(TLanes.Multiply(TLanes.Subtract(TLanes.Load(rest), shifts), scales)), rest);
        for (var j = 0; i + j < length; j++)
        {
            y[i + j] = rest[j];
            total += rest[j];
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Gelu(TVector x)
    {
        const float twiceRootTwoOverPi = 1.5957691216f;
        var cube = TLanes.Multiply(TLanes.Multiply(x, x), x);
        var u = TLanes.Multiply(TLanes.MultiplyAdd(cube, TLanes.Broadcast(0.044715f), x), TLanes.Broadcast(-twiceRootTwoOverPi));
        return TLanes.Divide(x, TLanes.Add(TLanes.Broadcast(1f), Exp(u)));
    }
}
