using ActorRlhf.Actors.Scoring;

namespace ActorRlhf.Actors.Tests.Scoring;

/// <summary>When a batch to score is ready, and what is in it.</summary>
public sealed class ScoringQueueTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_full_batch_is_ready_at_once_and_sorted_by_length()
    {
        var queue = Filled(("a", 9), ("b", 3), ("c", 5), ("d", 1));
        Assert.True(queue.TryTake(TimeSpan.Zero, out var batch));
        Assert.Equal(["b", "c", "a"], batch); // the oldest three
        Assert.False(queue.TryTake(TimeSpan.Zero, out _));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void A_part_of_a_batch_is_ready_when_its_oldest_item_has_waited_long_enough()
    {
        var queue = Filled(("a", 9), ("b", 3));
        Assert.Equal(_patience, queue.Due);
        Assert.False(queue.TryTake(_patience - TimeSpan.FromTicks(1), out _));
        Assert.True(queue.TryTake(_patience, out var batch));
        Assert.Equal(["b", "a"], batch);
        Assert.Null(queue.Due);
        Assert.False(queue.TryTake(TimeSpan.MaxValue, out _));
    }

    [Fact]
    public void There_is_room_for_so_many_and_no_more()
    {
        var queue = Filled(("a", 1), ("b", 1), ("c", 1), ("d", 1));
        Assert.Equal(1, queue.Room);
        Assert.True(queue.TryAdd("e", 1, TimeSpan.Zero));
        Assert.False(queue.TryAdd("f", 1, TimeSpan.Zero));
        Assert.True(queue.TryTake(TimeSpan.Zero, out _));
        Assert.True(queue.TryAdd("f", 1, TimeSpan.Zero));
    }

    private static ScoringQueue<string> Filled(params (string Item, int Length)[] items)
    {
        var queue = new ScoringQueue<string>(batchSize: 3, _patience, capacity: 5);
        foreach (var (item, length) in items) Assert.True(queue.TryAdd(item, length, TimeSpan.Zero));
        return queue;
    }
}
