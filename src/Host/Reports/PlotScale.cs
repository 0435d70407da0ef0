using System.Globalization;

namespace ActorRlhf.Host.Reports;

/// <summary>An axis' range and its ticks at round numbers.</summary>
public sealed class PlotScale
{
    private readonly string _format;
    private readonly bool _isShare;

    private PlotScale(double minimum, double maximum, double step, bool isShare)
    {
        Minimum = minimum;
        Maximum = maximum;
        _isShare = isShare;
        var decimals = (int)Math.Clamp(Math.Ceiling(-Math.Log10(isShare ? step * 100 : step) - 1e-9), 0, 12);
        _format = "#,0." + new string('0', decimals);
        var first = (long)Math.Ceiling((minimum / step) - 1e-6);
        var last = (long)Math.Floor((maximum / step) + 1e-6);
        Ticks = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>The lower end of the range.</summary>
    public double Minimum { get; }

    /// <summary>The upper end, above the lower.</summary>
    public double Maximum { get; }

    /// <summary>Where the ticks are: multiples of 1, 2 or 5 times a power of ten.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>A scale for some values.</summary>
    /// <param name="axis">What the axis has to cover besides, and how its numbers are written.</param>
    /// <param name="values">The values; those that cannot be drawn are left out. None at all gives 0 to 1.</param>
    /// <param name="ticks">About how many ticks are wanted.</param>
    /// <param name="endsOnTicks">Whether the range is widened to the next ticks.</param>
    public static PlotScale Cover(PlotAxis axis, IEnumerable<double> values, int ticks, bool endsOnTicks)
    {
        var low = double.PositiveInfinity;
        var high = double.NegativeInfinity;
        foreach (var value in values.Append(axis.From ?? double.NaN).Append(axis.To ?? double.NaN).Where(value => Math.Abs(value) < 1e150))
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        if (low > high)
            (low, high) = (0, 1);

        // A spread that rounding would swallow is none: the value stands in the middle of a range of its own size.
        if (high - low <= 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high)) || high - low < 1e-300)
        {
            var around = low == 0 ? 1 : Math.Abs(low) * 0.1;
            (low, high) = (low - around, high + around);
        }

        var step = RoundStep((high - low) / ticks);
        return endsOnTicks
            ? new PlotScale(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, step, axis.IsShare)
            : new PlotScale(low, high, step, axis.IsShare);
    }

    /// <summary>Where a value lies in the range: 0 at the minimum, 1 at the maximum.</summary>
    public double Position(double value) => (value - Minimum) / (Maximum - Minimum);

    /// <summary>A tick's number, with as many decimals as the ticks need: <c>1,000</c>, <c>0.25</c>, <c>25%</c>, <c>20k</c>, <c>3M</c>, <c>1.5e-5</c>.</summary>
    public string Format(double tick)
    {
        if (_isShare)
            return (tick * 100).ToString(_format, CultureInfo.InvariantCulture) + "%";
        var largest = Math.Max(Math.Abs(Minimum), Math.Abs(Maximum));
        if ((largest is < 1e-3 or >= 1e4) && Math.Abs(tick) < largest * 1e-9)
            return "0";
        return largest switch
        {
            >= 1e15 or < 1e-3 => tick.ToString("0.##e0", CultureInfo.InvariantCulture),
            >= 1e10 => Scaled(tick, 1e9, "G"),
            >= 1e7 => Scaled(tick, 1e6, "M"),
            >= 1e4 => Scaled(tick, 1e3, "k"),
            _ => tick.ToString(_format, CultureInfo.InvariantCulture),
        };
    }

    /// <summary>A value to be read exactly: four significant digits, per cent for a share.</summary>
    public static string Precise(double value, bool isShare)
    {
        if (isShare)
            return (value * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";
        return Math.Abs(value) is >= 1000 and < 1e15
            ? value.ToString("#,0.##", CultureInfo.InvariantCulture)
            : value.ToString("G4", CultureInfo.InvariantCulture);
    }

    private static string Scaled(double tick, double unit, string suffix) =>
        (tick / unit).ToString("#,0.###", CultureInfo.InvariantCulture) + suffix;

    private static double RoundStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch
        {
            <= 1.0000001 => power,
            <= 2.0000001 => 2 * power,
            <= 5.0000001 => 5 * power,
            _ => 10 * power,
        };
    }
}
