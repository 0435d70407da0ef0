using TorchSharp;
using static TorchSharp.torch;

namespace ActorRlhf.Engines.Tests.Torch;

/// <summary>Who disposes what.</summary>
public sealed class ScopeContract
{
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
    public void Moving_out_of_the_outermost_scope_leaves_a_tensor_to_its_owner()
    {
        Tensor kept;
        using (NewDisposeScope())
            kept = ones(1).MoveToOuterDisposeScope();
        Assert.Equal(1.0, kept.ToDouble());
        kept.Dispose();
    }

    [Fact]
    public void A_disposed_tensor_leaves_its_scope()
    {
        using var scope = NewDisposeScope();
        var t = zeros(1);
        Assert.True(scope.Contains(t));
        t.Dispose();
        Assert.False(scope.Contains(t));
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void Attaching_moves_a_tensor_from_the_scope_that_had_it()
    {
        using var outer = NewDisposeScope();
        var t = zeros(1);
        using (var inner = NewDisposeScope())
        {
            inner.Attach(t);
            Assert.False(outer.Contains(t));
        }
        Assert.True(t.IsInvalid);
    }

    [Fact]
    public void A_scope_may_end_before_one_that_began_later()
    {
        var first = NewDisposeScope();
        var second = NewDisposeScope();
        var attached = zeros(1);
        first.Attach(attached);
        first.Dispose();
        Assert.True(attached.IsInvalid);
        var t = zeros(1);
        Assert.True(second.Contains(t));
        second.Dispose();
        Assert.True(t.IsInvalid);
        using var alone = zeros(1);
        Assert.False(first.Contains(alone) || second.Contains(alone));
    }

    [Fact]
    public void A_scope_holds_what_its_own_thread_makes()
    {
        using var scope = NewDisposeScope();
        Tensor? elsewhere = null;
        var thread = new Thread(() => elsewhere = zeros(1));
        thread.Start();
        thread.Join();
        Assert.False(scope.Contains(elsewhere!));
        elsewhere!.Dispose();
    }

    [Fact]
    public void Gradients_are_switched_off_on_one_thread_only()
    {
        using var off = no_grad();
        var enabled = false;
        var thread = new Thread(() => enabled = is_grad_enabled());
        thread.Start();
        thread.Join();
        Assert.True(enabled);
        Assert.False(is_grad_enabled());
    }
}
