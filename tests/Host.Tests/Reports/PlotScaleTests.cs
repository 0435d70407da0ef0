using ActorRlhf.Host.Reports;

namespace ActorRlhf.Host.Tests.Reports;

public sealed class PlotScaleTests
{
    [Theory]
    [InlineData(0, 1, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.13, 0.87, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(2.93, 4.31, "2.5 3.0 3.5 4.0 4.5")]
    [InlineData(-3, 17, "-5 0 5 10 15 20")]
    [InlineData(0, 9400, "0 2k 4k 6k 8k 10k")]
    [InlineData(0, 240_000, "0 50k 100k 150k 200k 250k")]
    [InlineData(0, 15_000_000, "0 5M 10M 15M")]
    [InlineData(0.00001, 0.00003, "1e-5 1.5e-5 2e-5 2.5e-5 3e-5")]
    public void Ticks_are_round_numbers_with_as_many_decimals_as_they_need(double low, double high, string expected)
    {
        var scale = PlotScale.Cover(new("y"), [low, high], ticks: 5, endsOnTicks: true);

        Assert.Equal(expected, string.Join(' ', scale.Ticks.Select(scale.Format)));
    }

    [Fact]
    public void A_range_that_keeps_to_its_data_has_its_ticks_inside()
    {
        var scale = PlotScale.Cover(new("x"), [3, 97], ticks: 6, endsOnTicks: false);

        Assert.Equal((3, 97), (scale.Minimum, scale.Maximum));
        Assert.Equal([20, 40, 60, 80], scale.Ticks);
        Assert.Equal(0, scale.Position(3));
        Assert.Equal(0.5, scale.Position(50));
        Assert.Equal(1, scale.Position(97));
    }

    [Fact]
    public void A_share_is_shown_as_per_cent()
    {
        var scale = PlotScale.Cover(new("won") { IsShare = true, From = 0.5 }, [0.53, 0.64], ticks: 5, endsOnTicks: true);

        Assert.Equal(["50%", "55%", "60%", "65%"], scale.Ticks.Select(scale.Format));
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(-7)]
    [InlineData(0)]
    [InlineData(1e12)]
    public void A_single_value_lies_in_the_middle_of_a_range(double value)
    {
        var scale = PlotScale.Cover(new("x"), [value], ticks: 5, endsOnTicks: false);

        Assert.Equal(0.5, scale.Position(value), 6);
        Assert.InRange(scale.Ticks.Count, 3, 11);
    }

    [Fact]
    public void No_value_at_all_gives_the_unit_range()
    {
        var scale = PlotScale.Cover(new("x"), [double.NaN, double.NegativeInfinity], ticks: 5, endsOnTicks: true);

        Assert.Equal((0, 1), (scale.Minimum, scale.Maximum));
    }

    [Theory]
    [InlineData(0.7413, true, "74.1%")]
    [InlineData(12345.678, false, "12,345.68")]
    [InlineData(3.14159, false, "3.142")]
    [InlineData(0.00002, false, "2E-05")]
    public void A_value_to_be_read_has_four_digits(double value, bool isShare, string expected) =>
        Assert.Equal(expected, PlotScale.Precise(value, isShare));
}
