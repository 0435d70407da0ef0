using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>What the product relies on of tensors, in TorchSharp's public API alone.</summary>
public sealed class TensorContract
{
    [Fact]
    public void An_array_makes_a_tensor_with_its_elements_and_shape()
    {
        using var t = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        Assert.Equal([2L, 3L], t.shape);
        Assert.Equal(ScalarType.Float32, t.dtype);
        Assert.Equal([1f, 2, 3, 4, 5, 6], t.data<float>().ToArray());
    }

    [Fact]
    public void The_accessor_reads_a_transposed_tensor_in_its_own_order()
    {
        using var t = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        using var transposed = t.transpose(0, 1);
        Assert.Equal([1f, 4, 2, 5, 3, 6], transposed.data<float>().ToArray());
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var t = zeros(3);
        MemoryMarshal.Cast<byte, float>(t.bytes)[1] = 7;
        Assert.Equal([0f, 7, 0], t.data<float>().ToArray());
    }

    [Fact]
    public void An_in_place_operation_returns_the_same_object()
    {
        using var x = ones(2);
        var y = x.add_(1);
        Assert.Same(x, y);
        Assert.Equal([2f, 2], x.data<float>().ToArray());
    }

    [Fact]
    public void Integer_scalars_keep_an_integer_tensor_integer()
    {
        using var t = tensor(new long[] { 1, 2 });
        using var sum = t + 1;
        Assert.Equal(ScalarType.Int64, sum.dtype);
    }

    [Fact]
    public void A_native_error_is_an_external_exception_of_one_line()
    {
        using var a = zeros(2, 3);
        using var b = zeros(5);
        var error = Assert.Throws<ExternalException>(() => a.add(b));
        Assert.Contains("size", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_disposed_tensor_refuses_to_be_used()
    {
        var t = zeros(1);
        t.Dispose();
        Assert.True(t.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => t.add(1));
    }

    [Fact]
    public void A_scope_disposes_what_was_made_in_it_and_spares_what_was_moved_out()
    {
        Tensor inner, kept, free;
        using (var outer = NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                inner = zeros(1);
                kept = ones(1).MoveToOuterDisposeScope();
                free = ones(1).DetachFromDisposeScope();
            }
            Assert.True(inner.IsInvalid);
            Assert.False(kept.IsInvalid);
        }
        Assert.True(kept.IsInvalid);
        Assert.False(free.IsInvalid);
        free.Dispose();
    }

    [Fact]
    public void Scalars_read_back_by_type()
    {
        using var real = tensor(1.5f);
        using var integer = tensor(7L);
        Assert.Equal(1.5f, real.item<float>());
        Assert.Equal(7L, integer.item<long>());
        Assert.Equal(1.5, real.ToDouble());
    }

    [Fact]
    public void Selecting_rows_takes_int64_indices()
    {
        using var t = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2]);
        using var rows = t.index_select(0, tensor(new long[] { 2, 0 }));
        Assert.Equal([5f, 6, 1, 2], rows.data<float>().ToArray());
    }

    [Fact]
    public void Causal_attention_sees_only_the_past()
    {
        // One head, two positions, d = 1. Position 0 sees itself; position 1 weighs both by softmax(q1·k / √1).
        using var q = tensor(new float[] { 1, 1 }, [1, 1, 2, 1]);
        using var k = tensor(new float[] { 0, 1 }, [1, 1, 2, 1]);
        using var v = tensor(new float[] { 10, 20 }, [1, 1, 2, 1]);
        using var attended = nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true);
        var values = attended.data<float>().ToArray();
        Assert.Equal(10f, values[0], 5);
        var weight = Math.E / (1 + Math.E);
        Assert.Equal((float)(10 * (1 - weight) + 20 * weight), values[1], 4);
    }

    [Fact]
    public void Splitting_gives_every_element_once()
    {
        using var t = arange(7, dtype: float32);
        var parts = t.split(3);
        Assert.Equal([3L, 3L, 1L], parts.Select(part => part.shape[0]));
    }

    [Fact]
    public void The_version_is_libtorchs()
    {
        Assert.Matches(@"^\d+\.\d+", __version__);
    }
}
