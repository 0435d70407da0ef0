namespace ActorRlhf.Model.Tests;

public sealed class RandomStreamTests
{
    [Fact]
    public void The_sequence_of_a_seed_never_changes()
    {
        // Pinned, because journals and checkpoints depend on it; computed by hand from the definition, in Python's integers.
        var random = new RandomStream(42, 7);
        ulong[] bits = [random.NextBits(), random.NextBits(), random.NextBits()];
        Assert.Equal(FirstBits, bits);
    }

    private static readonly ulong[] FirstBits = [2153347988702269573, 909156891231608821, 5709465848481149668];

    [Fact]
    public void Uniform_numbers_have_their_mean_and_bounds_and_gaussians_their_deviation()
    {
        var random = new RandomStream(1);
        var uniform = Enumerable.Range(0, 20_000).Select(_ => random.NextDouble()).ToArray();
        Assert.All(uniform, value => Assert.InRange(value, 0, 1));
        Assert.Equal(0.5, uniform.Average(), 0.01);
        var gaussian = Enumerable.Range(0, 20_000).Select(_ => random.NextGaussian()).ToArray();
        Assert.Equal(0, gaussian.Average(), 0.03);
        Assert.Equal(1, gaussian.Average(value => value * value), 0.05);
    }

    [Fact]
    public void Every_order_of_three_is_equally_likely()
    {
        var random = new RandomStream(2);
        var counts = Enumerable.Range(0, 12_000).Select(_ => string.Join("", random.Permutation(3))).CountBy(order => order).ToArray();
        Assert.Equal(6, counts.Length);
        Assert.All(counts, order => Assert.InRange(order.Value, 1_850, 2_150)); // five deviations around 2,000
    }

    [Fact]
    public void A_saved_state_goes_on_where_it_was()
    {
        var random = new RandomStream(3);
        random.NextBits();
        var saved = random.Save();
        var expected = random.NextBits();
        var restored = new RandomStream(0);
        restored.Restore(saved);
        Assert.Equal(expected, restored.NextBits());
    }

    [Fact]
    public void Streams_of_one_seed_differ() =>
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(stream => new RandomStream(1, stream).NextBits()).Distinct().Count());
}
