using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>What the product relies on of gradients.</summary>
public sealed class AutogradContract
{
    [Fact]
    public void Backward_gives_the_derivative()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 3 }, requires_grad: true);
        (x * x).sum().backward();
        Assert.Equal([6f], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Gradients_accumulate_into_memory_that_was_set_before()
    {
        using var scope = NewDisposeScope();
        var flat = zeros(4);
        var x = tensor(new float[] { 3, 4 }, requires_grad: true);
        x.grad = flat.narrow(0, 1, 2);
        for (var i = 0; i < 2; i++)
            (x * x).sum().backward();
        Assert.Equal([0f, 12, 16, 0], flat.data<float>().ToArray());
    }

    [Fact]
    public void A_leaf_may_share_memory_with_a_view_of_another_tensor()
    {
        using var scope = NewDisposeScope();
        var flat = tensor(new float[] { 1, 2, 3, 4 });
        var leaf = flat.narrow(0, 2, 2).detach().requires_grad_();
        Assert.True(leaf.is_leaf);
        flat.mul_(10);
        Assert.Equal([30f, 40], leaf.detach().data<float>().ToArray());
    }

    [Fact]
    public void No_gradient_is_recorded_within_no_grad()
    {
        using var scope = NewDisposeScope();
        var x = ones(1, requires_grad: true);
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void A_gradient_that_was_given_replaces_what_was_there()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 3 }, requires_grad: true);
        x.grad = tensor(new float[] { 100 });
        (x * x).sum().backward();
        Assert.Equal([106f], x.grad!.data<float>().ToArray());
        x.grad = null;
        Assert.Null(x.grad);
        (x * x).sum().backward();
        Assert.Equal([6f], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void A_tensor_of_many_elements_takes_the_gradient_of_each()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        (x * x).backward([tensor(new float[] { 1, 10, 0 })]);
        Assert.Equal([2f, 40, 0], x.grad!.data<float>().ToArray());
        Assert.Throws<ExternalException>(() => (x * x).backward());
    }

    [Fact]
    public void A_backward_pass_continues_where_another_ended()
    {
        // The loss is computed from a detached leaf, whose gradient is then sent on: as one pass through both.
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 2, 3 }, requires_grad: true);
        var hidden = x * x;
        var leaf = hidden.detach().requires_grad_();
        leaf.grad = zeros_like(leaf);
        for (var i = 0; i < 2; i++)
            (leaf.narrow(0, i, 1) * 5).sum().backward();
        hidden.backward([leaf.grad!]);
        Assert.Equal([20f, 30], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Gradients_reach_through_views_splits_and_joins()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3, 4 }, [2, 2], requires_grad: true);
        var halves = x.view(4).split(2);
        (cat([halves[1], halves[0] * 3]).view(2, 2).transpose(0, 1) * tensor(new float[] { 1, 2, 3, 4 }, [2, 2])).sum().backward();
        // Joined: [x2, x3; 3x0, 3x1], transposed [x2, 3x0; x3, 3x1].
        Assert.Equal([6f, 12, 1, 3], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Modes_of_recording_nest()
    {
        using (no_grad())
        {
            using (set_grad_enabled(true))
                Assert.True(is_grad_enabled());
            using (no_grad())
                Assert.False(is_grad_enabled());
            Assert.False(is_grad_enabled());
            using (set_grad_enabled(false))
                Assert.False(is_grad_enabled());
        }
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void Ten_thousand_training_steps_leave_memory_flat()
    {
        manual_seed(1);
        using var outer = NewDisposeScope();
        var weights = randn([16, 16], requires_grad: true);
        var input = randn([8, 16]);
        long tensors = 0, memory = 0;
        for (var step = 0; step < 10_000; step++)
        {
            using (NewDisposeScope())
            {
                var loss = nn.functional.gelu(input.matmul(weights)).square().mean();
                loss.backward();
                using (no_grad())
                    weights.add_(weights.grad!, -0.01);
                weights.grad!.fill_(0);
            }
            if (step != 2_000) continue;
            tensors = Tensor.TotalCount;
            memory = Environment.WorkingSet;
        }
        // Other tests run beside this one and hold tensors of their own: a leak of one a step would be 8,000.
        Assert.InRange(Tensor.TotalCount - tensors, long.MinValue, 1_000);
        Assert.InRange(Environment.WorkingSet - memory, long.MinValue, 64L << 20);
    }

    [Fact]
    public void An_error_inside_backward_is_thrown_and_not_fatal()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var y = (x * x).sum();
        y.backward();
        Assert.Throws<ExternalException>(y.backward);
    }
}
