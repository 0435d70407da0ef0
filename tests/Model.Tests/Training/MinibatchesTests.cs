using ActorRlhf.Model.Training;

namespace ActorRlhf.Model.Tests.Training;

public sealed class MinibatchesTests
{
    private static readonly int[] Lengths = [5, 1, 9, 3, 3, 7, 2, 8, 4, 6];

    [Fact]
    public void Every_sequence_is_in_exactly_one_minibatch_and_sizes_differ_by_at_most_one()
    {
        int[][] minibatches = Minibatches.Of(10, 4, i => Lengths[i], seed: 1, update: 2, epoch: 3);

        Assert.Equal(Enumerable.Range(0, 10), minibatches.SelectMany(m => m).Order());
        Assert.Equal([2, 2, 3, 3], minibatches.Select(m => m.Length).Order());
        Assert.All(minibatches, m => Assert.Equal(m.Select(i => Lengths[i]).Order(), m.Select(i => Lengths[i])));
    }

    [Fact]
    public void The_order_is_a_function_of_seed_update_and_epoch()
    {
        int[] order = Minibatches.Shuffle(50, seed: 1, update: 2, epoch: 3);

        Assert.Equal(order, Minibatches.Shuffle(50, 1, 2, 3));
        Assert.NotEqual(order, Minibatches.Shuffle(50, 2, 2, 3));
        Assert.NotEqual(order, Minibatches.Shuffle(50, 1, 3, 3));
        Assert.NotEqual(order, Minibatches.Shuffle(50, 1, 2, 4));
    }

    [Fact]
    public void Shuffles_are_uniform()
    {
        // 6,000 shuffles of three: each of the six orders about 1,000 times (five standard deviations are 144).
        var counts = Enumerable.Range(0, 6000).Select(i => string.Join(',', Minibatches.Shuffle(3, 7, i, 0))).CountBy(s => s).ToDictionary();

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 856, 1144));
    }

    [Fact]
    public void More_minibatches_than_sequences_are_as_many_as_sequences() =>
        Assert.Equal(3, Minibatches.Of(3, 8, _ => 1, 0, 0, 0).Length);

    [Fact]
    public void Token_groups_go_from_long_to_short_within_the_budget()
    {
        int[][] groups = [.. Minibatches.ByTokens(Lengths, 12)];

        Assert.Equal([[2], [7], [5], [9, 0], [8, 3, 4, 6], [1]], groups);
        Assert.Equal([[0]], Minibatches.ByTokens([20], 12));
        Assert.Empty(Minibatches.ByTokens([], 12));
    }
}
