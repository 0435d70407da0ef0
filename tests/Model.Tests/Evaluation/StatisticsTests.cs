using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Model.Tests.Evaluation;

public sealed class StatisticsTests
{
    [Theory]
    // Worked out by reference/statistics.py by solving (p - q)² = z² (q (1 - q) - t / 4) / n for q, without the closed form.
    [InlineData(8, 10, 0, 0.4901568467, 0.9433190520)]
    [InlineData(0, 10, 0, 0, 0.2775401688)]
    [InlineData(10, 10, 0, 0.7224598312, 1)]
    [InlineData(112.5, 200, 0, 0.4932099256, 0.6294343237)]
    [InlineData(55, 100, 30, 0.4682439030, 0.6280566163)]
    [InlineData(5, 10, 10, 0.5, 0.5)]
    public void Wilsons_interval_solves_its_equation(double successes, int trials, int ties, double low, double high)
    {
        var interval = WilsonInterval.Of(successes, trials, ties);
        Assert.Equal(low, interval.Low, 9);
        Assert.Equal(high, interval.High, 9);
    }

    [Fact]
    public void No_trials_say_nothing() => Assert.Equal(new WilsonInterval(0, 1), WilsonInterval.Of(0, 0));

    [Fact]
    public void Successes_that_cannot_be_are_refused() => Assert.All<Action>(
        [() => WilsonInterval.Of(11, 10), () => WilsonInterval.Of(9, 10, ties: 4), () => WilsonInterval.Of(1, 10, ties: 4)],
        wrong => Assert.Throws<ArgumentOutOfRangeException>(wrong));

    [Fact]
    public void Ties_are_half_wins()
    {
        var rate = WinRate.OfScores([1, 2, 3, 4], [0, 2, 5, 1]);
        Assert.Equal(new WinRate(2, 1, 1), rate);
        Assert.Equal(0.625, rate.Rate);
        Assert.Equal(WilsonInterval.Of(2.5, 4, ties: 1), rate.Interval);
        Assert.Equal(0.5, new WinRate(0, 0, 0).Rate);
    }

    [Fact]
    public void The_gold_score_judges_summaries_text_by_text()
    {
        var rate = WinRate.ByGoldScore(["parser of widgets", "game"], ["editor", "game"], ["widget parser", "board game"]);
        Assert.Equal(new WinRate(1, 1, 0), rate);
    }

    [Fact]
    public void Lists_of_different_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => WinRate.OfScores([1], []));
        Assert.Throws<ArgumentException>(() => WinRate.ByGoldScore(["a"], ["b"], []));
        Assert.Throws<ArgumentException>(() => Correlation.Pearson([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Correlation.Spearman([1], [1]));
    }

    [Fact]
    public void Correlations_are_those_worked_out_by_hand()
    {
        // Pearson: 6 / √(10 · 6). Ranks of y: 1, 2.5, 4.5, 2.5, 4.5, so Spearman is 7 / √(10 · 9).
        double[] x = [1, 2, 3, 4, 5], y = [2, 4, 5, 4, 5];
        Assert.Equal(6 / Math.Sqrt(60), Correlation.Pearson(x, y), 12);
        Assert.Equal(7 / Math.Sqrt(90), Correlation.Spearman(x, y), 12);
        Assert.Equal(-1, Correlation.Spearman(x, [100, 50, 3, 2, -7]), 12);
        Assert.True(double.IsNaN(Correlation.Pearson(x, [1, 1, 1, 1, 1])));
    }

    [Theory]
    [InlineData("a b c a b c a b c", 4.0 / 7)]
    [InlineData("a b c d", 0)]
    [InlineData("a b", 0)]
    [InlineData("", 0)]
    public void Repetition_is_the_share_of_trigrams_seen_before(string text, double expected) => Assert.Equal(expected, Repetition.Share(text), 12);

    [Theory]
    [InlineData("one  two\nthree four", 3, "one two three")]
    [InlineData("one two", 3, "one two")]
    [InlineData("", 3, "")]
    public void The_lead_is_the_first_words(string text, int words, string expected) => Assert.Equal(expected, LeadBaseline.Summarize(text, words));
}
