using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class SimulatedLabelerTests
{
    private static readonly ComparedSummary Exact = new("library for parsing widgets", "a");
    private static readonly ComparedSummary Close = new("library for reading widgets", "b");
    private static readonly ComparedSummary Far = new("game about dinosaurs", "c");

    private static SummaryExample Example(int i) => new($"e{i}", new Dictionary<string, string> { ["description"] = "d" }, "library for parsing widgets");

    [Fact]
    public void One_gap_gives_the_temperature_in_closed_form()
    {
        // Two: 1 / (1 + e^(g/T)) = 1/4, so T = g / ln 3. Three of which two are equally worse: 2e^(−g/T) = 1/3, so T = g / ln 6.
        Assert.Equal(0.6 / Math.Log(3), SimulatedLabeler.Calibrate([[0.8, 0.2]], 0.25, 0).Temperature, 9);
        Assert.Equal(0.6 / Math.Log(6), SimulatedLabeler.Calibrate([[0.2, 0.8, 0.2]], 0.25, 0).Temperature, 9);
    }

    [Fact]
    public void Ties_take_no_part_in_calibration() =>
        Assert.Equal(0.6 / Math.Log(3), SimulatedLabeler.Calibrate([[0.5, 0.5], [0.8, 0.2], [0.9, 0.9, 0.1]], 0.25, 0).Temperature, 9);

    [Fact]
    public void Labels_disagree_at_the_calibrated_rate_and_more_for_close_pairs()
    {
        var gold = new[] { Exact, Close, Far }.Select(s => SimulatedLabeler.GoldScores(Example(0), [s])[0]).ToArray();
        var labeler = SimulatedLabeler.Calibrate([[gold[0], gold[1]], [gold[0], gold[2]]], SimulatedLabeler.PaperDisagreement, seed: 7);
        var close = Enumerable.Range(0, 4000).Count(i => labeler.Label(Example(i), [Exact, Close], "train").Disagrees) / 4000.0;
        var far = Enumerable.Range(0, 4000).Count(i => labeler.Label(Example(i), [Far, Exact], "train").Disagrees) / 4000.0;
        // Four standard errors of a mean of two rates near a quarter.
        Assert.InRange((close + far) / 2, 0.25 - 0.02, 0.25 + 0.02);
        Assert.True(close > far + 0.1, $"close {close}, far {far}");
    }

    [Fact]
    public void Without_noise_the_gold_choice_is_always_made()
    {
        var labeler = SimulatedLabeler.Calibrate([[0.8, 0.2]], 0, 3);
        Assert.Equal(0, labeler.Temperature);
        for (int i = 0; i < 200; i++)
        {
            var label = labeler.Label(Example(i), [Far, Close, Exact, Far], "train");
            Assert.Equal(2, label.Comparison.Choice);
            Assert.Equal(2, label.GoldChoice);
            Assert.False(label.Disagrees);
        }
    }

    [Fact]
    public void A_tie_is_said_to_be_one_and_decided_by_chance_among_the_best()
    {
        var labels = Enumerable.Range(0, 400).Select(i => new SimulatedLabeler(0, 3).Label(Example(i), [Exact, Far, Exact], "train")).ToList();
        Assert.All(labels, l => Assert.True(l.IsTie && !l.Disagrees && l.GoldChoice is null));
        Assert.Equal([0, 2], labels.Select(l => l.Comparison.Choice).Distinct().Order());
    }

    [Fact]
    public void A_label_depends_on_seed_example_and_summaries_alone()
    {
        int[] Choices(int seed) => [.. Enumerable.Range(0, 64).Select(i => new SimulatedLabeler(1, seed).Label(Example(i), [Exact, Far], "train").Comparison.Choice)];
        Assert.Equal(Choices(5), Choices(5));
        Assert.NotEqual(Choices(5), Choices(6));
    }

    [Fact]
    public void A_label_is_a_comparison_by_a_worker_called_simulated()
    {
        var label = new SimulatedLabeler(0.1, 9).Label(Example(1), [Exact, Far], "valid1");
        Assert.Equal(("simulated", "simulated-9", "valid1", "e1"), (label.Comparison.Worker, label.Comparison.Batch, label.Comparison.Split, label.Comparison.ExampleId));
        Assert.Equal([1.0, 0.0], label.GoldScores);
        Assert.Equal("d", label.Comparison.Fields["description"]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_rate_that_no_noise_reaches_is_a_user_error(double rate) =>
        Assert.Contains("below 0.5", Assert.Throws<UserErrorException>(() => SimulatedLabeler.Calibrate([[0.8, 0.2]], rate, 0)).Message, StringComparison.Ordinal);

    [Fact]
    public void Ties_alone_cannot_calibrate() => Assert.Throws<UserErrorException>(() => SimulatedLabeler.Calibrate([[0.5, 0.5]], 0.25, 0));
}
