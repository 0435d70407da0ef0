namespace ActorRlhf.Cli.Terminal;

/// <summary>A curve in a line of text.</summary>
public static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const char NotANumber = '×';

    /// <summary>Draws values from their least to their greatest. More of them than there is room for are averaged.</summary>
    /// <param name="values">The values, in order. A column with one that is NaN or infinite is a cross.</param>
    /// <param name="width">Columns at most.</param>
    public static string Of(IReadOnlyList<double> values, int width)
    {
        if (width <= 0) return "";
        var columns = Columns(values, width);
        var finite = columns.Where(double.IsFinite).ToList();
        var (least, most) = finite.Count > 0 ? (finite.Min(), finite.Max()) : (0, 0);
        return string.Concat(columns.Select(value =>
            !double.IsFinite(value) ? NotANumber
            : most > least ? Levels[Math.Min(Levels.Length - 1, (int)((value - least) / (most - least) * Levels.Length))]
            : Levels[Levels.Length / 2 - 1]));
    }

    private static double[] Columns(IReadOnlyList<double> values, int width)
    {
        if (values.Count <= width) return [.. values];
        var columns = new double[width];
        for (var column = 0; column < width; column++)
        {
            var (first, end) = ((int)((long)column * values.Count / width), (int)(((long)column + 1) * values.Count / width));
            for (var i = first; i < end; i++) columns[column] += values[i] / (end - first);
        }

        return columns;
    }
}
