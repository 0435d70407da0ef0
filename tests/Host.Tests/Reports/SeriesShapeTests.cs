using ActorRlhf.Host.Reports;

namespace ActorRlhf.Host.Tests.Reports;

public sealed class SeriesShapeTests
{
    [Fact]
    public void Smoothing_leaves_a_constant_and_the_middle_of_a_straight_line_as_they_are()
    {
        Assert.All(SeriesShape.Smooth(Points(200, _ => 3)), point => Assert.Equal(3, point.Y, 12));
        var line = SeriesShape.Smooth(Points(200, i => 2.0 * i));
        Assert.All(Enumerable.Range(20, 160), i => Assert.Equal(2.0 * i, line[i].Y, 9));
    }

    [Fact]
    public void Smoothing_takes_most_of_an_alternating_noise_away()
    {
        var smooth = SeriesShape.Smooth(Points(400, i => i % 2 == 0 ? 1 : -1));
        Assert.All(smooth.Skip(30).SkipLast(30), point => Assert.InRange(Math.Abs(point.Y), 0, 0.01));
    }

    [Fact]
    public void Thinning_keeps_the_ends_the_order_and_both_extremes_of_every_run()
    {
        var points = Points(10_000, i => Math.Sin(i * 12.9898) * 43758.5453 % 1);
        var thin = SeriesShape.Thin(points, 600);

        Assert.InRange(thin.Count, 500, 600);
        Assert.Equal((points[0], points[^1]), (thin[0], thin[^1]));
        Assert.Equal(points.Max(point => point.Y), thin.Max(point => point.Y));
        Assert.Equal(points.Min(point => point.Y), thin.Min(point => point.Y));
        Assert.Equal(thin.OrderBy(point => point.X), thin);
    }

    [Fact]
    public void A_short_stretch_is_not_thinned()
    {
        var points = Points(600, i => i);
        Assert.Same(points, SeriesShape.Thin(points, 600));
    }

    [Fact]
    public void Gaps_split_a_series_and_leave_no_empty_stretch()
    {
        PlotPoint[] points = [new(0, double.NaN), new(1, 1), new(2, double.PositiveInfinity), new(3, double.NaN), new(double.NaN, 4), new(5, 5), new(6, 6)];

        Assert.Equal([1, 2], SeriesShape.Stretches(points).Select(stretch => stretch.Count));
        Assert.Empty(SeriesShape.Stretches([]));
    }

    [Fact]
    public void A_spread_has_its_ends() =>
        Assert.Equal([0, 33, 66, 99], SeriesShape.Spread(Points(100, i => i), 4).Select(point => point.X));

    private static IReadOnlyList<PlotPoint> Points(int count, Func<int, double> value) =>
        [.. Enumerable.Range(0, count).Select(i => new PlotPoint(i, value(i)))];
}
