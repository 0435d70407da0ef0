using System.Globalization;

namespace ActorRlhf.Cli.Terminal;

/// <summary>How long something has been so, in a few characters.</summary>
public static class AgeText
{
    /// <summary>Such as <c>45s</c>, <c>12m</c>, <c>3h07m</c>, <c>2d4h</c>.</summary>
    public static string Of(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalSeconds}s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h{age.Minutes:00}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d{age.Hours}h"),
    };
}
