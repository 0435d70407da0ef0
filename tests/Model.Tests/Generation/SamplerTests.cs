using ActorRlhf.Model.Generation;

namespace ActorRlhf.Model.Tests.Generation;

public sealed class SamplerTests
{
    // Probabilities 0.5, 0.25, 0.15, 0.1 at temperature 1, in no particular order of ids.
    private static readonly float[] Logits = [.. new[] { 0.15, 0.5, 0.1, 0.25 }.Select(p => (float)(Math.Log(p) + 3))];

    [Theory]
    // Squares at temperature 1/2: 0.0225, 0.25, 0.01, 0.0625, together 0.345.
    [InlineData(1.0, 0, 1.0, 0.15, 0.5, 0.1, 0.25)]
    [InlineData(0.5, 0, 1.0, 0.0225 / 0.345, 0.25 / 0.345, 0.01 / 0.345, 0.0625 / 0.345)]
    [InlineData(1.0, 2, 1.0, 0, 0.5 / 0.75, 0, 0.25 / 0.75)]
    [InlineData(1.0, 0, 0.7, 0, 0.5 / 0.75, 0, 0.25 / 0.75)]
    [InlineData(1.0, 0, 0.76, 0.15 / 0.9, 0.5 / 0.9, 0, 0.25 / 0.9)]
    // Top-p is of what top-k left: 0.5 / 0.9 is short of 0.6, with 0.25 / 0.9 it is not.
    [InlineData(1.0, 3, 0.6, 0, 0.5 / 0.75, 0, 0.25 / 0.75)]
    [InlineData(1.0, 3, 0.55, 0, 1, 0, 0)]
    [InlineData(1.0, 100, 1.0, 0.15, 0.5, 0.1, 0.25)]
    public void Tokens_come_as_often_as_their_probability_says(
        double temperature, int topK, double topP, double p0, double p1, double p2, double p3)
    {
        const int draws = 20_000;
        double[] expected = [p0, p1, p2, p3];
        var counts = new int[4];
        var sampler = new Sampler(new SamplingSettings { Temperature = temperature, TopK = topK, TopP = topP }, 4);
        var random = new RandomStream(17);
        for (var i = 0; i < draws; i++) counts[sampler.Sample(Logits, random).Token]++;

        var chiSquare = 0.0;
        for (var token = 0; token < 4; token++)
        {
            if (expected[token] == 0) Assert.Equal(0, counts[token]);
            else chiSquare += Math.Pow(counts[token] - (draws * expected[token]), 2) / (draws * expected[token]);
        }

        // The 99.9th percentile with three degrees of freedom.
        Assert.InRange(chiSquare, 0, 16.27);
    }

    [Fact]
    public void A_large_vocabulary_is_drawn_from_in_the_same_proportions()
    {
        const int vocabulary = 3001, draws = 60_000;
        var logits = new float[vocabulary];
        for (var token = 0; token < vocabulary; token++) logits[token] = (float)Math.Log(token + 1);
        var random = new RandomStream(5);
        var sampler = new Sampler(new SamplingSettings(), vocabulary);
        var counts = new int[10];
        for (var i = 0; i < draws; i++) counts[sampler.Sample(logits, random).Token * 10 / vocabulary]++;
        var chiSquare = 0.0;
        for (var tenth = 0; tenth < 10; tenth++)
        {
            var weight = Enumerable.Range(0, vocabulary).Where(token => token * 10 / vocabulary == tenth).Sum(token => token + 1.0);
            var expected = draws * weight / (vocabulary * (vocabulary + 1.0) / 2);
            chiSquare += Math.Pow(counts[tenth] - expected, 2) / expected;
        }

        // The 99.9th percentile with nine degrees of freedom.
        Assert.InRange(chiSquare, 0, 27.88);
    }

    [Theory]
    [InlineData(1.0, 0, 1.0)]
    [InlineData(0.5, 0, 1.0)]
    [InlineData(1.0, 2, 0.9)]
    public void The_log_probability_is_the_unfiltered_one_at_the_sampling_temperature(double temperature, int topK, double topP)
    {
        var sampler = new Sampler(new SamplingSettings { Temperature = temperature, TopK = topK, TopP = topP }, 4);
        var random = new RandomStream(2);
        for (var i = 0; i < 50; i++)
        {
            var (token, logProbability) = sampler.Sample(Logits, random);
            var expected = (Logits[token] / temperature) - Math.Log(Logits.Sum(logit => Math.Exp(logit / temperature)));
            Assert.Equal(expected, logProbability, 1e-5);
            Assert.Equal(logProbability, sampler.LogProbability(Logits, token));
        }
    }

    [Theory]
    [InlineData(true, 0, 1.0)]
    [InlineData(false, 1, 1.0)]
    [InlineData(false, 0, 1e-6)]
    public void Greedy_top_one_and_a_tiny_nucleus_all_take_the_first_of_the_likeliest(bool greedy, int topK, double topP)
    {
        var sampler = new Sampler(new SamplingSettings { Greedy = greedy, TopK = topK, TopP = topP }, 5);
        var random = new RandomStream(1);
        for (var i = 0; i < 20; i++) Assert.Equal(2, sampler.Sample([-1f, 0.5f, 2f, -3f, 2f], random).Token);
    }

    [Fact]
    public void A_draw_takes_one_number_of_the_stream_whatever_the_settings()
    {
        foreach (var settings in new[] { new SamplingSettings(), new() { Greedy = true }, new() { TopK = 2 }, new() { TopP = 0.5 } })
        {
            RandomStream used = new(9), reference = new(9);
            new Sampler(settings, 4).Sample(Logits, used);
            reference.NextDouble();
            Assert.Equal(reference.NextBits(), used.NextBits());
        }
    }

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(2, 1.0)]
    [InlineData(0, 0.999)]
    public void An_impossible_token_is_never_drawn(int topK, double topP)
    {
        var sampler = new Sampler(new SamplingSettings { TopK = topK, TopP = topP }, 3);
        var random = new RandomStream(1);
        for (var i = 0; i < 200; i++)
            Assert.Equal(1, sampler.Sample([float.NegativeInfinity, -200f, float.NegativeInfinity], random).Token);
    }

    [Theory]
    [InlineData(float.NaN, "token 2 is NaN")]
    [InlineData(float.PositiveInfinity, "token 2 is infinite")]
    public void A_logit_that_is_no_number_is_an_error_that_names_it(float bad, string message)
    {
        float[] logits = [.. Enumerable.Range(0, 40).Select(token => token == 2 ? bad : token)];
        foreach (var settings in new[] { new SamplingSettings(), new() { Greedy = true }, new() { TopK = 2 }, new() { TopP = 0.5 } })
        {
            var sampler = new Sampler(settings, 40);
            var error = Assert.Throws<ArithmeticException>(() => sampler.Sample(logits, new RandomStream(0)));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Logits_that_allow_no_token_are_an_error()
    {
        var sampler = new Sampler(new SamplingSettings(), 2);
        float[] logits = [float.NegativeInfinity, float.NegativeInfinity];
        var error = Assert.Throws<ArithmeticException>(() => sampler.Sample(logits, new RandomStream(0)));
        Assert.Contains("every logit is -infinity", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Top_k_keeps_the_k_largest_with_ties_to_the_first(int vocabulary)
    {
        var logits = new float[vocabulary];
        for (var token = 0; token < vocabulary; token++) logits[token] = token * 7919 % 13;
        foreach (var k in new[] { 1, 2, vocabulary / 2, vocabulary - 1 })
        {
            var ranked = Enumerable.Range(0, vocabulary).OrderByDescending(token => logits[token]).ThenBy(token => token);
            var allowed = ranked.Take(k).ToHashSet();
            var sampler = new Sampler(new SamplingSettings { TopK = k, Temperature = 100 }, vocabulary);
            var random = new RandomStream(k);
            var drawn = Enumerable.Range(0, 500).Select(_ => sampler.Sample(logits, random).Token).ToHashSet();
            Assert.Subset(allowed, drawn);
            if (k <= 5) Assert.Equal(allowed, drawn);
        }
    }
}
