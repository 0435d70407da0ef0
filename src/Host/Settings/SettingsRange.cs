using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace ActorRlhf.Host.Settings;

/// <summary>
/// <see cref="RangeAttribute"/> as its author meant it. The attribute itself rounds a <c>double</c> to compare it with bounds that happen to be
/// written as integers, so <c>[Range(0, 1)]</c> would let 1.4 pass.
/// </summary>
internal static class SettingsRange
{
    private const double Unbounded = 9.2e18;

    /// <summary>Whether a number or a duration is in the range.</summary>
    public static bool Allows(RangeAttribute range, object value)
    {
        var number = Number(value);
        var (low, high) = (Number(range.Minimum), Number(range.Maximum));
        return (range.MinimumIsExclusive ? number > low : number >= low) && (range.MaximumIsExclusive ? number < high : number <= high);
    }

    /// <summary>The range in words, such as <c>above 0 and at most 1</c>.</summary>
    public static string InWords(RangeAttribute range)
    {
        var (low, high) = (Number(range.Minimum), Number(range.Maximum));
        var (lower, upper) = (Show(range.Minimum), Show(range.Maximum));
        var hasLower = low > -Unbounded && !Equals(range.Minimum, int.MinValue);
        var hasUpper = high < Unbounded && !Equals(range.Maximum, int.MaxValue);
        if (hasLower && hasUpper && !range.MinimumIsExclusive && !range.MaximumIsExclusive)
            return $"from {lower} to {upper}";
        var least = range.MinimumIsExclusive ? $"above {lower}" : $"at least {lower}";
        var most = range.MaximumIsExclusive ? $"below {upper}" : $"at most {upper}";
        return (hasLower, hasUpper) switch { (true, true) => $"{least} and {most}", (true, _) => least, (_, true) => most, _ => "any number" };
    }

    private static double Number(object value) => value switch
    {
        TimeSpan duration => duration.Ticks,
        string duration => TimeSpan.Parse(duration, CultureInfo.InvariantCulture).Ticks,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };

    private static string Show(object bound) => bound is string duration
        ? SettingsScalar.Format(TimeSpan.Parse(duration, CultureInfo.InvariantCulture), isByteSize: false)
        : Convert.ToString(bound, CultureInfo.InvariantCulture)!;
}
