using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>How the product reads and writes a tensor's memory: whole tensors, views that start in the middle, views with gaps.</summary>
public sealed class MemoryContract
{
    private static Tensor Grid => tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var t = zeros(3);
        MemoryMarshal.Cast<byte, float>(t.bytes)[1] = 7;
        Assert.Equal([0f, 7, 0], t.data<float>().ToArray());
    }

    [Fact]
    public void Bytes_of_a_view_begin_where_the_view_begins()
    {
        using var scope = NewDisposeScope();
        var flat = arange(6, dtype: float32);
        var view = flat.narrow(0, 2, 3);
        Assert.Equal([2f, 3, 4], MemoryMarshal.Cast<byte, float>(view.bytes).ToArray());
        MemoryMarshal.Cast<byte, float>(view.bytes)[0] = -1;
        Assert.Equal([0f, 1, -1, 3, 4, 5], flat.data<float>().ToArray());
    }

    [Fact]
    public void A_view_with_gaps_has_no_bytes()
    {
        using var scope = NewDisposeScope();
        var transposed = Grid.transpose(0, 1);
        Assert.Throws<InvalidOperationException>(() => transposed.bytes.Length);
    }

    [Fact]
    public void The_accessor_reads_a_view_from_where_it_begins()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2f, 3, 4], arange(6, dtype: float32).narrow(0, 2, 3).data<float>().ToArray());
        Assert.Equal([4f, 5, 6], Grid.narrow(0, 1, 1).data<float>().ToArray());
    }

    [Fact]
    public void The_accessor_reads_a_transposed_tensor_in_its_own_order()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([1f, 4, 2, 5, 3, 6], Grid.transpose(0, 1).data<float>().ToArray());
        Assert.Equal([2f, 5, 3, 6], Grid.narrow(1, 1, 2).transpose(0, 1).data<float>().ToArray());
    }

    [Fact]
    public void Flattening_a_transposed_tensor_keeps_its_order()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([1f, 4, 2, 5, 3, 6], Grid.transpose(0, 1).reshape(-1).data<float>().ToArray());
    }

    [Fact]
    public void A_copy_ends_where_the_shorter_side_ends()
    {
        using var scope = NewDisposeScope();
        var few = new float[4];
        Grid.data<float>().CopyTo(few, arrayIndex: 1, tensorIndex: 2);
        Assert.Equal([0f, 3, 4, 5], few);
        var many = new float[4];
        Grid.data<float>().CopyTo(many, tensorIndex: 4);
        Assert.Equal([5f, 6, 0, 0], many);
    }

    [Fact]
    public void Writing_through_the_accessor_reaches_the_tensor_behind_a_view()
    {
        using var scope = NewDisposeScope();
        var grid = Grid;
        grid.transpose(0, 1).data<float>().CopyFrom(new float[] { 10, 40, 20 });
        Assert.Equal([10f, 20, 3, 40, 5, 6], grid.data<float>().ToArray());
    }

    [Fact]
    public void An_accessor_of_another_element_type_is_refused()
    {
        using var t = zeros(1);
        Assert.Throws<ArgumentException>(() => t.data<double>());
        Assert.Throws<ArgumentException>(() => t.item<long>());
    }

    [Fact]
    public void An_item_is_of_one_element()
    {
        using var t = zeros(2);
        Assert.Throws<ArgumentException>(() => t.item<float>());
    }

    [Fact]
    public void Numbers_read_back_by_type_and_by_conversion()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(1.5f, tensor(1.5f).item<float>());
        Assert.Equal(7L, tensor(7L).item<long>());
        Assert.Equal(ScalarType.Int32, tensor(7).dtype);
        Assert.Equal(1.5, tensor(1.5f).ToDouble());
        Assert.Equal(7.0, tensor(7L).ToDouble());
        Assert.Equal(-1L, tensor(-1.75f).ToInt64());
        Assert.Equal(2.5f, tensor(2.5).ToSingle());
        Assert.Equal(3.0, arange(6, dtype: float32).narrow(0, 3, 1).ToDouble());
    }

    [Fact]
    public void An_array_gives_as_many_elements_as_its_shape_needs()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([1L, 2], tensor(new long[] { 1, 2, 3 }, [2]).data<long>().ToArray());
        Assert.Throws<ArgumentException>(() => tensor(new long[] { 1, 2, 3 }, [2, 2]));
    }

    [Fact]
    public void An_array_is_copied()
    {
        var numbers = new float[] { 1, 2 };
        using var t = tensor(numbers);
        numbers[0] = 9;
        Assert.Equal([1f, 2], t.data<float>().ToArray());
    }
}
