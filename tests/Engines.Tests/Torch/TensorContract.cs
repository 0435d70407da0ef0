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
    public void Integer_scalars_keep_an_integer_tensor_integer()
    {
        using var t = tensor(new long[] { 1, 2 });
        using var sum = t + 1;
        Assert.Equal(ScalarType.Int64, sum.dtype);
    }

    [Fact]
    public void Real_scalars_keep_a_float32_tensor_float32()
    {
        using var t = ones(2);
        using var half = t * 0.5 / 3;
        Assert.Equal(ScalarType.Float32, half.dtype);
    }

    [Fact]
    public void A_native_error_is_an_external_exception_whose_first_line_says_what_is_wrong()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(2, 3), zeros(5));
        Assert.Contains("size of tensor a (3) must match the size of tensor b (5)", FirstLine(() => a.add(b)), StringComparison.Ordinal);
        Assert.Contains("invalid for input of size 6", FirstLine(() => a.view(4)), StringComparison.Ordinal);
        Assert.Contains("index out of range", FirstLine(() => a.index_select(0, tensor(new long[] { 2 }))), StringComparison.Ordinal);
        Assert.Contains("does not require grad", FirstLine(() => a.sum().backward()), StringComparison.Ordinal);
    }

    [EmbeddedFact]
    public void An_embedded_native_error_is_its_first_line_only()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(2, 3), zeros(5));
        Assert.DoesNotContain('\n', Assert.Throws<ExternalException>(() => a.add(b)).Message);
    }

    [EmbeddedFact]
    public void A_shape_error_of_a_matrix_product_is_thrown_and_not_fatal()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(2, 3), zeros(4, 2));
        Assert.Contains("cannot be multiplied", Assert.Throws<ExternalException>(() => a.matmul(b)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_leaves_nothing_behind_for_the_next_call()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros(2, 3), zeros(5));
        Assert.Throws<ExternalException>(() => a.add(b));
        Assert.Equal([1f, 1], zeros(2).add_(1).data<float>().ToArray());
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
    public void Selecting_rows_takes_int64_indices()
    {
        using var t = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2]);
        using var rows = t.index_select(0, tensor(new long[] { 2, 0 }));
        Assert.Equal([5f, 6, 1, 2], rows.data<float>().ToArray());
    }

    [Fact]
    public void Splitting_by_size_gives_every_element_once()
    {
        using var scope = NewDisposeScope();
        var parts = arange(7, dtype: float32).split(3);
        Assert.Equal([3L, 3L, 1L], parts.Select(part => part.shape[0]));
        Assert.Equal([6f], parts[2].data<float>().ToArray());
        Assert.Equal([1L, 2L, 1L, 2L], arange(6, dtype: float32).view(1, 6).split(2, 1).SelectMany(part => part.shape).Take(4));
    }

    [Fact]
    public void Splitting_by_sizes_gives_views_of_those_sizes()
    {
        using var scope = NewDisposeScope();
        var whole = arange(6, dtype: float32);
        long[] sizes = [1, 3, 2];
        var parts = whole.split(sizes);
        Assert.Equal([1f, 2, 3], parts[1].data<float>().ToArray());
        parts[2].fill_(9);
        Assert.Equal([0f, 1, 2, 3, 9, 9], whole.data<float>().ToArray());
    }

    [Fact]
    public void Joining_tensors_puts_one_after_the_other()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(1, 2), zeros(2, 2));
        Assert.Equal([1f, 1, 0, 0, 0, 0], cat([a, b]).data<float>().ToArray());
        var pieces = new List<Tensor> { a, a };
        Assert.Equal([1L, 4L], cat(pieces, 1).shape);
    }

    [Fact]
    public void Joining_one_tensor_gives_a_second_handle_to_its_memory()
    {
        using var scope = NewDisposeScope();
        var a = ones(2);
        var joined = cat([a]);
        Assert.NotSame(a, joined);
        a.fill_(3);
        Assert.Equal([3f, 3], joined.data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => cat(new List<Tensor>()));
    }

    [Fact]
    public void A_copy_to_the_cpu_of_what_is_there_already_is_no_copy()
    {
        using var scope = NewDisposeScope();
        var a = ones(2);
        var same = a.cpu();
        a.fill_(3);
        Assert.Equal([3f, 3], same.data<float>().ToArray());
        Assert.Equal(DeviceType.CPU, a.device_type);
        Assert.Equal("cpu", a.device.ToString());
    }

    [Fact]
    public void The_number_of_threads_is_what_it_was_set_to()
    {
        // The setting is this thread's own: OpenMP keeps it so.
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            Assert.Equal(1, get_num_threads());
            set_num_threads(2);
            Assert.Equal(2, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
        Assert.Equal(before, get_num_threads());
    }

    [Fact]
    public void The_version_is_libtorchs()
    {
        Assert.Matches(@"^\d+\.\d+", __version__);
    }

    // The published package's messages go on with a native stack trace.
    private static string FirstLine(Action failing) => Assert.Throws<ExternalException>(failing).Message.Split('\n')[0];
}
