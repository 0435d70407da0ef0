using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Gelu = TorchSharp.Modules.GELU.Approximate;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>The functions the product computes with, against numbers worked out by their formulas.</summary>
public sealed class FunctionContract
{
    private static readonly FunctionReference Expected = FunctionReference.Numbers;

    [Fact]
    public void Gelu_is_exact_unless_the_tanh_approximation_is_asked_for()
    {
        using var scope = NewDisposeScope();
        var x = tensor(Expected.X);
        Close(Expected.Gelu, functional.gelu(x));
        Close(Expected.Gelu, functional.gelu(x, Gelu.none));
        Close(Expected.GeluTanh, functional.gelu(x, Gelu.tanh));
    }

    [Fact]
    public void Log_sigmoid_stays_finite_where_the_sigmoid_vanishes()
    {
        using var scope = NewDisposeScope();
        Close(Expected.LogSigmoid, functional.logsigmoid(tensor(Expected.X)));
        Close([-200], functional.logsigmoid(tensor(new float[] { -200 })));
    }

    [Fact]
    public void Attention_without_a_mask_sees_every_key()
    {
        using var scope = NewDisposeScope();
        Close(Expected.Attention, functional.scaled_dot_product_attention(Head(Expected.Queries), Head(Expected.Keys), Head(Expected.Values)));
    }

    [Fact]
    public void Causal_attention_sees_only_the_past()
    {
        using var scope = NewDisposeScope();
        var attended = functional.scaled_dot_product_attention(Head(Expected.Queries), Head(Expected.Keys), Head(Expected.Values), is_casual: true);
        Close(Expected.CausalAttention, attended);
    }

    [Fact]
    public void Attention_adds_its_mask_to_the_scores()
    {
        using var scope = NewDisposeScope();
        const float no = float.NegativeInfinity;
        var mask = tensor(new[] { 0, 0, no, 0, 0, no, 0, no, 0 }, [1, 1, 3, 3]);
        Close(Expected.MaskedAttention, functional.scaled_dot_product_attention(Head(Expected.Queries), Head(Expected.Keys), Head(Expected.Values), mask));
    }

    [Fact]
    public void Attention_takes_fewer_queries_than_keys()
    {
        using var scope = NewDisposeScope();
        var attended = functional.scaled_dot_product_attention(Head(Expected.Queries[2..]), Head(Expected.Keys), Head(Expected.Values));
        Assert.Equal([1L, 1, 1, 2], attended.shape);
        Close(Expected.Attention[2..], attended);
    }

    [Fact]
    public void Attention_refuses_to_be_causal_and_masked_at_once()
    {
        using var scope = NewDisposeScope();
        var q = Head(Expected.Queries);
        var mask = zeros([1, 1, 3, 3]);
        Assert.Throws<ArgumentException>(() => functional.scaled_dot_product_attention(q, q, q, mask, is_casual: true));
    }

    [Fact]
    public void Layer_norm_divides_by_the_biased_deviation()
    {
        using var scope = NewDisposeScope();
        Close(Expected.LayerNorm, functional.layer_norm(Matrix(Expected.Rows), [4], tensor(Expected.Gain), tensor(Expected.Bias), Expected.Epsilon));
    }

    [Fact]
    public void Cross_entropy_reduces_as_it_is_told()
    {
        using var scope = NewDisposeScope();
        var logits = Matrix(Expected.Logits);
        var classes = tensor(Expected.Classes);
        Close(Expected.CrossEntropies, functional.cross_entropy(logits, classes, reduction: Reduction.None));
        Close([Expected.CrossEntropies.Sum()], functional.cross_entropy(logits, classes, reduction: Reduction.Sum));
        Close([Expected.CrossEntropies.Average()], functional.cross_entropy(logits, classes));
    }

    [Fact]
    public void Cross_entropy_leaves_out_the_ignored_class()
    {
        using var scope = NewDisposeScope();
        var loss = functional.cross_entropy(Matrix(Expected.Logits), tensor(new long[] { -100, Expected.Classes[1], -100 }));
        Close([Expected.CrossEntropies[1]], loss);
    }

    [Fact]
    public void The_log_of_a_softmax_is_minus_the_cross_entropy()
    {
        using var scope = NewDisposeScope();
        var chosen = Matrix(Expected.Logits).log_softmax(-1).gather(1, tensor(Expected.Classes).unsqueeze(1)).squeeze(1);
        Close([.. Expected.CrossEntropies.Select(loss => -loss)], chosen);
    }

    private static Tensor Matrix(float[][] rows) => tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);

    // One sequence of one head, (1, 1, T, d).
    private static Tensor Head(float[][] rows) => Matrix(rows).unsqueeze(0).unsqueeze(0);

    private static void Close(float[][] expected, Tensor actual) => Close([.. expected.SelectMany(row => row)], actual);

    private static void Close(float[] expected, Tensor actual)
    {
        var values = actual.reshape(-1).data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}
