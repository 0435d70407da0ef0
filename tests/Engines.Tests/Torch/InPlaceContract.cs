using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>
/// Operations that change their tensor return that tensor, the same object: <c>using var y = x.add_(1)</c> disposes x. Every one the
/// product uses is here. <c>zero_</c> is not: the published package returns a second handle from it, so the product writes <c>fill_(0)</c>.
/// </summary>
public sealed class InPlaceContract
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Change, float[] Result)> Operations = new()
    {
        ["add_ number"] = (x => x.add_(10), [11, 12, 13]),
        ["add_ scaled"] = (x => x.add_(tensor(new float[] { 1, 0, -1 }), 10), [11, 2, -7]),
        ["mul_"] = (x => x.mul_(0.5), [0.5f, 1, 1.5f]),
        ["div_"] = (x => x.div_(4), [0.25f, 0.5f, 0.75f]),
        ["addcmul_"] = (x => x.addcmul_(tensor(new float[] { 1, 2, 3 }), tensor(new float[] { 4, 5, 6 }), 0.5), [3, 7, 12]),
        ["addcdiv_"] = (x => x.addcdiv_(tensor(new float[] { 1, 2, 3 }), tensor(new float[] { 4, 4, 4 }), -2), [0.5f, 1, 1.5f]),
        ["fill_"] = (x => x.fill_(0), [0, 0, 0]),
        ["copy_"] = (x => x.copy_(tensor(new float[] { 7, 8, 9 })), [7, 8, 9]),
        ["index_copy_"] = (x => x.index_copy_(0, tensor(new long[] { 2, 0 }), tensor(new float[] { 7, 8 })), [8, 2, 7]),
        ["requires_grad_"] = (x => x.requires_grad_(), [1, 2, 3]),
    };

    public static TheoryData<string> Names => [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_change_in_place_returns_its_own_tensor(string operation)
    {
        var (change, result) = Operations[operation];
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3 });
        Assert.Same(x, change(x));
        Assert.Equal(result, x.detach().data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_change_of_a_view_writes_into_the_tensor_behind_it(string operation)
    {
        var (change, result) = Operations[operation];
        using var scope = NewDisposeScope();
        var flat = tensor(new float[] { -1, 1, 2, 3, -1 });
        change(flat.narrow(0, 1, 3).detach());
        Assert.Equal([-1, .. result, -1], flat.data<float>().ToArray());
    }

    [Fact]
    public void A_chain_of_changes_is_one_tensor()
    {
        using var scope = NewDisposeScope();
        var before = scope.DisposablesCount;
        var x = ones(2);
        Assert.Same(x, x.mul_(2).add_(1).div_(3));
        Assert.Equal(before + 1, scope.DisposablesCount);
    }

    [Fact]
    public void A_recorded_leaf_refuses_to_be_changed()
    {
        using var scope = NewDisposeScope();
        var leaf = ones(2, requires_grad: true);
        Assert.Throws<ExternalException>(() => leaf.add_(1));
        using (no_grad())
            leaf.add_(1);
        Assert.Equal([2f, 2], leaf.detach().data<float>().ToArray());
    }
}
