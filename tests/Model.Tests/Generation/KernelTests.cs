using System.Numerics;
using System.Runtime.Intrinsics;
using ActorRlhf.Model.Generation.Kernels;

namespace ActorRlhf.Model.Tests.Generation;

/// <summary>
/// The kernels against plain loops in double precision, in both register widths, at sizes that leave ragged edges everywhere.
/// </summary>
public sealed unsafe class KernelTests
{
    public static TheoryData<int, int, int, bool> Products()
    {
        var cases = new TheoryData<int, int, int, bool>();
        foreach (var (rows, depth, columns) in new[]
                 {
                     (1, 1, 1), (1, 128, 48), (2, 7, 5), (3, 129, 17), (4, 40, 64), (5, 300, 33),
                     (7, 256, 95), (8, 128, 49), (9, 131, 130), (33, 260, 111), (64, 96, 48),
                 })
        {
            cases.Add(rows, depth, columns, false);
            cases.Add(rows, depth, columns, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void A_matrix_product_is_the_sum_of_products(int rows, int depth, int columns, bool transposed)
    {
        Product<Lanes512, Vector512<float>>(rows, depth, columns, transposed);
        Product<LanesNative, Vector<float>>(rows, depth, columns, transposed);
    }

    [Fact]
    public void A_row_of_a_product_has_the_same_bits_alone_in_a_crowd_and_in_either_register_width()
    {
        const int rows = 21, depth = 300, columns = 83;
        var random = new RandomStream(3);
        float[] x = Normal(random, rows * depth), w = Normal(random, depth * columns), bias = Normal(random, columns);
        var crowd = Multiply<Lanes512, Vector512<float>>(x, rows, depth, w, columns, false, bias, 0, columns);
        var native = Multiply<LanesNative, Vector<float>>(x, rows, depth, w, columns, false, bias, 0, columns);
        Assert.Equal(crowd, native);
        for (var row = 0; row < rows; row++)
        {
            var input = x[(row * depth)..((row + 1) * depth)];
            var alone = Multiply<Lanes512, Vector512<float>>(input, 1, depth, w, columns, false, bias, 0, columns);
            Assert.Equal(crowd[(row * columns)..((row + 1) * columns)], alone);
        }
    }

    [Fact]
    public void A_column_of_a_product_has_the_same_bits_in_any_division_of_the_columns()
    {
        const int rows = 3, depth = 200, columns = 100;
        var random = new RandomStream(4);
        float[] x = Normal(random, rows * depth), w = Normal(random, depth * columns), bias = Normal(random, columns);
        foreach (var transposed in new[] { false, true })
        {
            var whole = Multiply<Lanes512, Vector512<float>>(x, rows, depth, w, columns, transposed, bias, 0, columns);
            var left = Multiply<Lanes512, Vector512<float>>(x, rows, depth, w, columns, transposed, bias, 0, 37);
            var right = Multiply<Lanes512, Vector512<float>>(x, rows, depth, w, columns, transposed, bias, 37, columns);
            Assert.Equal(whole, left.Zip(right, (a, b) => a + b));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(67)]
    [InlineData(768)]
    public void Elementwise_functions_are_their_formulas(int length)
    {
        Formulas<Lanes512, Vector512<float>>(length);
        Formulas<LanesNative, Vector<float>>(length);
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(64, 100)]
    [InlineData(32, 17)]
    [InlineData(20, 33)]
    [InlineData(5, 50)]
    [InlineData(128, 16)]
    public void Attention_is_the_softmax_weighted_sum_of_values(int headWidth, int length)
    {
        Attention<Lanes512, Vector512<float>>(headWidth, length);
        Attention<LanesNative, Vector<float>>(headWidth, length);
    }

    [Fact]
    public void A_transposition_moves_rows_to_columns()
    {
        Transposition<Lanes512, Vector512<float>>();
        Transposition<LanesNative, Vector<float>>();
    }

    [Fact]
    public void Exp_keeps_NaN_and_is_accurate_over_the_whole_range()
    {
        float[] x = [float.NaN, -100, -87, -20.5f, -1, -0f, 1e-8f, 0.3465f, 0.3467f, 1, 30, 88, 0, 0, 0, 0];
        foreach (var result in new[] { Exp<Lanes512, Vector512<float>>(x), Exp<LanesNative, Vector<float>>(x) })
        {
            Assert.True(float.IsNaN(result[0]));
            Assert.InRange(result[1], 0, 2e-38f);
            for (var i = 2; i < x.Length; i++) Assert.Equal(1, result[i] / Math.Exp(x[i]), 3e-7);
        }
    }

    private static void Product<TLanes, TVector>(int rows, int depth, int columns, bool transposed)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var random = new RandomStream(rows + (10 * depth) + (1000 * columns));
        float[] x = Normal(random, rows * depth), w = Normal(random, depth * columns), bias = Normal(random, columns);
        foreach (var given in new[] { bias, null })
        {
            var y = Multiply<TLanes, TVector>(x, rows, depth, w, columns, transposed, given, 0, columns);
            for (var r = 0; r < rows; r++)
            {
                for (var c = 0; c < columns; c++)
                {
                    var expected = given is null ? 0.0 : given[c];
                    for (var k = 0; k < depth; k++)
                        expected += (double)x[(r * depth) + k] * w[transposed ? (c * depth) + k : (k * columns) + c];
                    Assert.Equal(expected, y[(r * columns) + c], 2e-6 * depth);
                }
            }
        }
    }

    /// <summary>The product over columns [begin, end); the rest of the result stays zero.</summary>
    private static float[] Multiply<TLanes, TVector>(
        float[] x, int rows, int depth, float[] w, int columns, bool transposed, float[]? bias, int begin, int end)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var y = new float[rows * columns];
        var scratch = new float[MatrixProduct<TLanes, TVector>.ScratchLength(rows)];
        fixed (float* xs = x, ws = w, bs = bias, ys = y, ss = scratch)
        {
            var panel = new WeightPanel(ws, transposed ? depth : columns, depth, begin, end, transposed);
            MatrixProduct<TLanes, TVector>.Multiply(xs, depth, rows, panel, bs, ys, columns, panel, ss);
        }

        return y;
    }

    private static void Formulas<TLanes, TVector>(int length)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var random = new RandomStream(length);
        float[] x = Normal(random, length), weight = Normal(random, length), bias = Normal(random, length);
        float[] normed = new float[length], gelu = [.. x], sum = [.. bias], exponentials = new float[length];
        float maximum, total;
        fixed (float* xs = x, ws = weight, bs = bias, ns = normed, gs = gelu, ss = sum, es = exponentials)
        {
            Elementwise<TLanes, TVector>.LayerNorm(xs, ws, bs, ns, length, 1e-5f);
            Elementwise<TLanes, TVector>.Gelu(gs, length);
            Elementwise<TLanes, TVector>.Add(xs, ss, length);
            maximum = Elementwise<TLanes, TVector>.Maximum(xs, length);
            total = Elementwise<TLanes, TVector>.ExpSum(xs, es, length, maximum, 0.5f);
        }

        var mean = x.Average(v => (double)v);
        var deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 1e-5);
        Assert.Equal(x.Max(), maximum);
        Assert.Equal(x.Sum(v => Math.Exp(((double)v - maximum) / 2)), total, 1e-5 * length);
        for (var i = 0; i < length; i++)
        {
            double v = x[i];
            Assert.Equal(((v - mean) / deviation * weight[i]) + bias[i], normed[i], 2e-5);
            Assert.Equal(0.5 * v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + (0.044715 * v * v * v)))), gelu[i], 1e-6);
            Assert.Equal(x[i] + bias[i], sum[i]);
            Assert.Equal(Math.Exp((v - maximum) / 2), exponentials[i], 1e-6);
        }
    }

    private static void Attention<TLanes, TVector>(int headWidth, int length)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var random = new RandomStream(headWidth, length);
        float[] query = Normal(random, headWidth), key = Normal(random, headWidth * length), value = Normal(random, headWidth * length);
        var padded = KernelLayout.Padded(length);
        // What lies behind the last position must not matter, not even NaN.
        float[] keys = new float[padded * headWidth], values = new float[padded * headWidth];
        float[] scores = new float[padded], output = new float[headWidth];
        Array.Fill(keys, float.NaN);
        Array.Fill(values, float.NaN);
        fixed (float* qs = query, ks = key, vs = value, cachedKeys = keys, cachedValues = values, ss = scores, os = output)
        {
            for (var t = 0; t < length; t++)
            {
                CachedAttention<TLanes, TVector>.AppendKey(ks + (t * headWidth), cachedKeys, headWidth, t);
                CachedAttention<TLanes, TVector>.AppendValue(vs + (t * headWidth), cachedValues, headWidth, t);
            }

            CachedAttention<TLanes, TVector>.Attend(qs, cachedKeys, cachedValues, ss, os, headWidth, length);
        }

        var weights = new double[length];
        for (var t = 0; t < length; t++)
        {
            for (var d = 0; d < headWidth; d++) weights[t] += (double)query[d] * key[(t * headWidth) + d];
            weights[t] = Math.Exp(weights[t] / Math.Sqrt(headWidth));
        }

        for (var d = 0; d < headWidth; d++)
        {
            var expected = 0.0;
            for (var t = 0; t < length; t++) expected += weights[t] / weights.Sum() * value[(t * headWidth) + d];
            Assert.Equal(expected, output[d], 1e-5);
        }
    }

    private static void Transposition<TLanes, TVector>()
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        int n = TLanes.Count, stride = n + 3;
        float[] source = [.. Enumerable.Range(0, n * stride).Select(i => (float)i)], destination = new float[n * n];
        fixed (float* from = source, to = destination) TLanes.Transpose(from, stride, to, n);
        for (var row = 0; row < n; row++)
        {
            for (var column = 0; column < n; column++) Assert.Equal(source[(row * stride) + column], destination[(column * n) + row]);
        }
    }

    private static float[] Exp<TLanes, TVector>(float[] x)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        var y = new float[x.Length];
        fixed (float* xs = x, ys = y)
        {
            for (var i = 0; i < x.Length; i += TLanes.Count) TLanes.Store(Elementwise<TLanes, TVector>.Exp(TLanes.Load(xs + i)), ys + i);
        }

        return y;
    }

    private static float[] Normal(RandomStream random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
}
