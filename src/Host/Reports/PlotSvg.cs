using System.Globalization;
using System.Xml.Linq;

namespace ActorRlhf.Host.Reports;

/// <summary>Draws a <see cref="Plot"/>.</summary>
internal static class PlotSvg
{
    private const int LinePoints = 600; // more than the plot has pixels on most screens
    private const int TipPoints = 40;
    private const int SmoothedFrom = 30;

    public static XElement Draw(Plot plot, string id)
    {
        var points = plot.Series.SelectMany(series => series.Points).Where(point => point.IsDrawable).ToList();
        var x = PlotScale.Cover(plot.X, points.Select(point => point.X), ticks: 6, endsOnTicks: false);
        var y = PlotScale.Cover(plot.Y, points.SelectMany(Extent).Concat(plot.References.Select(line => line.Value)), ticks: 5, endsOnTicks: true);
        var canvas = new SvgCanvas(id, plot.Title, Describe(plot, points), height: 300, left: 54, top: 32, right: 18, bottom: 50);
        var frame = new Frame(canvas, x, y);

        DrawAxes(frame, plot);
        if (points.Count == 0)
        {
            canvas.Label("empty", (canvas.Left + canvas.Right) / 2, (canvas.Top + canvas.Bottom) / 2, "middle", "no data");
            return canvas.Root;
        }

        foreach (var reference in plot.References)
            canvas.Line("reference", canvas.Left, frame.Y(reference.Value), canvas.Right, frame.Y(reference.Value));
        for (var i = 0; i < plot.Series.Count; i++)
            DrawSeries(frame, plot, plot.Series[i], ColourOf(i));
        for (var i = 0; i < plot.Series.Count; i++)
            DrawTips(frame, plot, plot.Series[i], ColourOf(i));
        foreach (var reference in plot.References)
        {
            var isHigh = frame.Y(reference.Value) < canvas.Top + 20;
            canvas.Label("reference-label", canvas.Right, frame.Y(reference.Value) + (isHigh ? 14 : -5), "end", reference.Label);
        }

        return canvas.Root;
    }

    /// <summary>The style of the series with this number.</summary>
    public static string ColourOf(int series) => string.Create(CultureInfo.InvariantCulture, $"c{(series % 6) + 1}");

    /// <summary>Whether a series is drawn smoothed: it wants to be, and is long enough for that to mean something.</summary>
    public static bool IsSmoothed(PlotSeries series) => series is { IsSmoothed: true, Style: not SeriesStyle.Dots, Points.Count: >= SmoothedFrom };

    /// <summary>The points of a series that can be drawn, smoothed where it is.</summary>
    public static IReadOnlyList<PlotPoint> Shown(PlotSeries series)
    {
        var stretches = SeriesShape.Stretches(series.Points);
        return [.. IsSmoothed(series) ? stretches.SelectMany(SeriesShape.Smooth) : stretches.SelectMany(stretch => stretch)];
    }

    private static IEnumerable<double> Extent(PlotPoint point) => [point.Y, point.Low ?? point.Y, point.High ?? point.Y];

    private static void DrawAxes(Frame frame, Plot plot)
    {
        var canvas = frame.Canvas;
        foreach (var tick in frame.ScaleY.Ticks)
        {
            canvas.Line("grid", canvas.Left, frame.Y(tick), canvas.Right, frame.Y(tick));
            canvas.Label("tick", canvas.Left - 8, frame.Y(tick) + 4, "end", frame.ScaleY.Format(tick));
        }

        canvas.Line("axis", canvas.Left, canvas.Bottom, canvas.Right, canvas.Bottom);
        foreach (var tick in frame.ScaleX.Ticks)
        {
            canvas.Line("axis", frame.X(tick), canvas.Bottom, frame.X(tick), canvas.Bottom + 4);
            canvas.Label("tick", frame.X(tick), canvas.Bottom + 19, "middle", frame.ScaleX.Format(tick));
        }

        canvas.Label("axis-label", 2, 16, "start", plot.Y.Text);
        canvas.Label("axis-label", canvas.Right, canvas.Height - 8, "end", plot.X.Text);
    }

    private static void DrawSeries(Frame frame, Plot plot, PlotSeries series, string colour)
    {
        var isSmoothed = IsSmoothed(series);
        foreach (var stretch in SeriesShape.Stretches(series.Points))
        {
            if (series.Style == SeriesStyle.Dots)
            {
                DrawWhiskers(frame, stretch, colour);
                continue;
            }

            DrawBand(frame, stretch, colour);
            if (stretch.Count == 1)
                frame.Canvas.Circle($"dot {colour}", frame.X(stretch[0].X), frame.Y(stretch[0].Y), 3.5);
            else
                frame.Canvas.Path($"{(isSmoothed ? "raw" : "line")} {colour}", SeriesShape.Thin(stretch, LinePoints).Select(frame.Place));
            if (isSmoothed && stretch.Count > 1)
                frame.Canvas.Path($"line {colour}", SeriesShape.Thin(SeriesShape.Smooth(stretch), LinePoints).Select(frame.Place));
        }
    }

    private static void DrawBand(Frame frame, IReadOnlyList<PlotPoint> stretch, string colour)
    {
        var banded = stretch.Where(point => Math.Abs(point.Low ?? double.NaN) < 1e150 && Math.Abs(point.High ?? double.NaN) < 1e150).ToList();
        if (banded.Count < 2)
            return;
        var upper = SeriesShape.Thin([.. banded.Select(point => new PlotPoint(point.X, point.High!.Value))], LinePoints);
        var lower = SeriesShape.Thin([.. banded.Select(point => new PlotPoint(point.X, point.Low!.Value))], LinePoints);
        frame.Canvas.Path($"band {colour}", upper.Concat(lower.Reverse()).Select(frame.Place), isClosed: true);
    }

    private static void DrawWhiskers(Frame frame, IReadOnlyList<PlotPoint> stretch, string colour)
    {
        foreach (var point in stretch)
        {
            if (Math.Abs(point.Low ?? double.NaN) < 1e150 && Math.Abs(point.High ?? double.NaN) < 1e150)
                frame.Canvas.Line($"whisker {colour}", frame.X(point.X), frame.Y(point.Low!.Value), frame.X(point.X), frame.Y(point.High!.Value));
        }
    }

    /// <summary>Dots that show, and invisible ones on a line that answer the pointer with the numbers.</summary>
    private static void DrawTips(Frame frame, Plot plot, PlotSeries series, string colour)
    {
        var isSmoothed = IsSmoothed(series);
        foreach (var stretch in SeriesShape.Stretches(series.Points))
        {
            var shown = isSmoothed ? SeriesShape.Smooth(stretch) : stretch;
            var isDotted = series.Style != SeriesStyle.Line;
            foreach (var point in isDotted ? shown : SeriesShape.Spread(shown, TipPoints))
            {
                var tip = $"{series.Name}{(isSmoothed ? ", smoothed" : "")}: {PlotScale.Precise(point.Y, plot.Y.IsShare)} at {plot.X.Label} {PlotScale.Precise(point.X, plot.X.IsShare)}";
                frame.Canvas.Circle($"{(isDotted ? "dot" : "tip")} {colour}", frame.X(point.X), frame.Y(point.Y), isDotted ? 3.5 : 6, tip);
            }
        }
    }

    private static string Describe(Plot plot, IReadOnlyCollection<PlotPoint> points)
    {
        if (points.Count == 0)
            return $"{plot.Y.Text} against {plot.X.Text}; no data.";
        var series = plot.Series
            .Select(series => (series.Name, Points: series.Points.Where(point => point.IsDrawable).ToList()))
            .Select(series => series.Points.Count == 0
                ? $"{series.Name}: no data."
                : $"{series.Name}: from {PlotScale.Precise(series.Points[0].Y, plot.Y.IsShare)} to {PlotScale.Precise(series.Points[^1].Y, plot.Y.IsShare)}, "
                    + $"lowest {PlotScale.Precise(series.Points.Min(point => point.Y), plot.Y.IsShare)}, "
                    + $"highest {PlotScale.Precise(series.Points.Max(point => point.Y), plot.Y.IsShare)}.");
        return $"{plot.Y.Text} against {plot.X.Text}. {string.Join(' ', series)}";
    }

    private sealed record Frame(SvgCanvas Canvas, PlotScale ScaleX, PlotScale ScaleY)
    {
        public double X(double value) => Canvas.Left + (ScaleX.Position(value) * (Canvas.Right - Canvas.Left));

        public double Y(double value) => Canvas.Bottom - (ScaleY.Position(value) * (Canvas.Bottom - Canvas.Top));

        public (double X, double Y) Place(PlotPoint point) => (X(point.X), Y(point.Y));
    }
}
