namespace ActorRlhf.Host.Reports;

/// <summary>Series of points over a common pair of axes.</summary>
public sealed record Plot : ReportBlock
{
    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>How to read it, in a sentence below the plot. Empty for none.</summary>
    public string Caption { get; init; } = "";

    /// <summary>The horizontal axis.</summary>
    public required PlotAxis X { get; init; }

    /// <summary>The vertical axis.</summary>
    public required PlotAxis Y { get; init; }

    /// <summary>The series, each in a colour of its own; six can be told apart.</summary>
    public required IReadOnlyList<PlotSeries> Series { get; init; }

    /// <summary>Horizontal lines to compare with: a target, a baseline.</summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];
}

/// <summary>An axis of a plot.</summary>
/// <param name="Label">What it measures.</param>
/// <param name="Unit">In which unit; empty for a plain number.</param>
public sealed record PlotAxis(string Label, string Unit = "")
{
    /// <summary>Whether values are shares, shown as per cent: 0.25 as 25%.</summary>
    public bool IsShare { get; init; }

    /// <summary>A value that the axis reaches down to at least.</summary>
    public double? From { get; init; }

    /// <summary>A value that the axis reaches up to at least.</summary>
    public double? To { get; init; }

    /// <summary>The label with its unit.</summary>
    public string Text => Unit.Length == 0 ? Label : $"{Label} ({Unit})";
}

/// <summary>A named series.</summary>
/// <param name="Name">As the legend says it.</param>
/// <param name="Points">In drawing order. A point that is NaN or infinite leaves a gap.</param>
public sealed record PlotSeries(string Name, IReadOnlyList<PlotPoint> Points)
{
    /// <summary>How it is drawn.</summary>
    public SeriesStyle Style { get; init; } = SeriesStyle.Line;

    /// <summary>Whether a long series is drawn smoothed, with the raw one pale behind it.</summary>
    public bool IsSmoothed { get; init; }

    /// <summary>A series of plain values over steps.</summary>
    /// <param name="name">As the legend says it.</param>
    /// <param name="points">Pairs of step and value.</param>
    public static PlotSeries Of(string name, IEnumerable<(double X, double Y)> points) =>
        new(name, [.. points.Select(point => new PlotPoint(point.X, point.Y))]);
}

/// <summary>A point, with an interval around it where one is known.</summary>
/// <param name="X">Its place on the horizontal axis.</param>
/// <param name="Y">Its value.</param>
/// <param name="Low">The lower end of its interval.</param>
/// <param name="High">The upper end of its interval.</param>
public readonly record struct PlotPoint(double X, double Y, double? Low = null, double? High = null)
{
    /// <summary>Whether it can be drawn: neither NaN nor infinite nor beyond 1e150, where differences overflow.</summary>
    public bool IsDrawable => Math.Abs(X) < 1e150 && Math.Abs(Y) < 1e150;
}

/// <summary>How a series is drawn.</summary>
public enum SeriesStyle
{
    /// <summary>A line, with its intervals as a band.</summary>
    Line,

    /// <summary>A line with a dot at each point.</summary>
    LineAndDots,

    /// <summary>Dots alone, with their intervals as whiskers.</summary>
    Dots,
}

/// <summary>A line to compare with.</summary>
/// <param name="Value">Where it runs.</param>
/// <param name="Label">What it is.</param>
public sealed record ReferenceLine(double Value, string Label);

/// <summary>Values with intervals, one a row: win rates with their confidence.</summary>
public sealed record IntervalPlot : ReportBlock
{
    /// <summary>What it shows.</summary>
    public required string Title { get; init; }

    /// <summary>How to read it. Empty for none.</summary>
    public string Caption { get; init; } = "";

    /// <summary>The axis of the values.</summary>
    public required PlotAxis Axis { get; init; }

    /// <summary>The rows, from the top.</summary>
    public required IReadOnlyList<PlotInterval> Rows { get; init; }

    /// <summary>A line to compare with, such as the even 50%.</summary>
    public ReferenceLine? Reference { get; init; }
}

/// <summary>A row of an <see cref="IntervalPlot"/>.</summary>
/// <param name="Label">What was measured.</param>
/// <param name="Value">Its value.</param>
/// <param name="Low">The lower end of its interval.</param>
/// <param name="High">The upper end of its interval.</param>
public sealed record PlotInterval(string Label, double Value, double Low, double High);
