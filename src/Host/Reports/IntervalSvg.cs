using System.Xml.Linq;

namespace ActorRlhf.Host.Reports;

/// <summary>Draws an <see cref="IntervalPlot"/>: a dot with whiskers a row, its label above it so that a long one has room on a phone too.</summary>
internal static class IntervalSvg
{
    private const double RowHeight = 50;

    public static XElement Draw(IntervalPlot plot, string id)
    {
        var rows = plot.Rows.Where(row => Math.Abs(row.Value) < 1e150).ToList();
        var scale = PlotScale.Cover(
            plot.Axis,
            rows.SelectMany(row => new[] { row.Low, row.Value, row.High }).Append(plot.Reference?.Value ?? double.NaN),
            ticks: 5,
            endsOnTicks: true);
        var height = 22 + (RowHeight * Math.Max(1, plot.Rows.Count)) + 54;
        var canvas = new SvgCanvas(id, plot.Title, Describe(plot), height, left: 16, top: 22, right: 24, bottom: 54);
        double X(double value) => canvas.Left + (scale.Position(value) * (canvas.Right - canvas.Left));

        foreach (var tick in scale.Ticks)
        {
            canvas.Line("grid", X(tick), canvas.Top, X(tick), canvas.Bottom);
            canvas.Label("tick", X(tick), canvas.Bottom + 19, "middle", scale.Format(tick));
        }

        canvas.Line("axis", canvas.Left, canvas.Bottom, canvas.Right, canvas.Bottom);
        canvas.Label("axis-label", canvas.Right, height - 10, "end", plot.Axis.Text);
        if (plot.Reference is { } reference)
        {
            canvas.Line("reference", X(reference.Value), canvas.Top, X(reference.Value), canvas.Bottom);
            canvas.Label("reference-label", X(reference.Value), canvas.Top - 7, "middle", reference.Label);
        }

        if (rows.Count == 0)
            canvas.Label("empty", (canvas.Left + canvas.Right) / 2, (canvas.Top + canvas.Bottom) / 2, "middle", "no data");
        for (var i = 0; i < rows.Count; i++)
            DrawRow(canvas, X, rows[i], canvas.Top + (RowHeight * i), plot.Axis.IsShare);
        return canvas.Root;
    }

    /// <summary>A row's value and interval in words.</summary>
    public static string Words(PlotInterval row, bool isShare) =>
        $"{PlotScale.Precise(row.Value, isShare)} ({PlotScale.Precise(row.Low, isShare)} to {PlotScale.Precise(row.High, isShare)})";

    private static void DrawRow(SvgCanvas canvas, Func<double, double> x, PlotInterval row, double top, bool isShare)
    {
        canvas.Label("row-label", canvas.Left, top + 18, "start", row.Label);
        canvas.Label("row-value", canvas.Right, top + 18, "end", PlotScale.Precise(row.Value, isShare));
        var middle = top + 34;
        if (Math.Abs(row.Low) < 1e150 && Math.Abs(row.High) < 1e150)
        {
            canvas.Line("whisker c1", x(row.Low), middle, x(row.High), middle);
            canvas.Line("whisker c1", x(row.Low), middle - 5, x(row.Low), middle + 5);
            canvas.Line("whisker c1", x(row.High), middle - 5, x(row.High), middle + 5);
        }

        canvas.Circle("dot c1", x(row.Value), middle, 5.5, $"{row.Label}: {Words(row, isShare)}");
    }

    private static string Describe(IntervalPlot plot) => plot.Rows.Count == 0
        ? $"{plot.Axis.Text}; no data."
        : $"{plot.Axis.Text}. {string.Join(' ', plot.Rows.Select(row => $"{row.Label}: {Words(row, plot.Axis.IsShare)}."))}";
}
