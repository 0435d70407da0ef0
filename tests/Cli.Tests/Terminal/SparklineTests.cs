using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class SparklineTests
{
    [Theory]
    [InlineData(new double[0], 8, "")]
    [InlineData(new[] { 1.0 }, 8, "▄")]
    [InlineData(new[] { 3.0, 3, 3 }, 8, "▄▄▄")]
    [InlineData(new[] { 0.0, 1, 2, 3, 4, 5, 6, 7 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new[] { -2.0, 2, -2 }, 8, "▁█▁")]
    [InlineData(new[] { 0.0, double.NaN, 7, double.PositiveInfinity }, 8, "▁×█×")]
    [InlineData(new[] { double.NaN }, 8, "×")]
    [InlineData(new[] { 1.0, 2 }, 0, "")]
    public void A_curve_goes_from_its_least_to_its_greatest_value(double[] values, int width, string curve) => Assert.Equal(curve, Sparkline.Of(values, width));

    [Fact]
    public void More_values_than_columns_are_averaged_with_none_left_out() =>
        Assert.Equal("▁▃█", Sparkline.Of([0, 0, 0, 20, 30, 40, 50], 3)); // the means of two, two and three: 0, 10 and 40, so levels 0, 2 and 8 of 8
}
