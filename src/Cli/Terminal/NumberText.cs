using System.Globalization;

namespace ActorRlhf.Cli.Terminal;

/// <summary>Numbers for a table: about three digits that matter.</summary>
public static class NumberText
{
    /// <summary>Such as <c>12,345</c>, <c>123</c>, <c>12.3</c>, <c>1.23</c>, <c>-0.05</c>, <c>1.7e-4</c>, <c>NaN</c>.</summary>
    public static string Of(double value) => Math.Abs(value) switch
    {
        double.NaN or double.PositiveInfinity => value.ToString(CultureInfo.InvariantCulture),
        >= 1e7 => value.ToString("0.0e0", CultureInfo.InvariantCulture),
        >= 99.95 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 0.01 or 0 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0e0", CultureInfo.InvariantCulture),
    };
}
