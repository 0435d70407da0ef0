using System.Globalization;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Terminal;

/// <summary>A run's progress in words: <c>450/1,000 steps, 12.3/s, 0:45 left, loss 3.21</c>.</summary>
public static class ProgressText
{
    /// <summary>The counts, the rate, the time left and the metrics, as far as they are known, between commas.</summary>
    /// <param name="progress">What the run reported last.</param>
    /// <param name="meter">How fast its phase advances.</param>
    public static string Describe(RunProgress progress, RateMeter meter)
    {
        var parts = new List<string>(4) { Counts(progress) };
        if (meter.Rate is { } rate)
            parts.Add(FormatRate(rate));
        if (progress.Done < progress.Total && meter.TimeLeft(progress.Total) is { } left)
            parts.Add($"{FormatTime(left)} left");
        if (progress.Metrics.Length > 0)
            parts.Add(progress.Metrics);
        return string.Join(", ", parts);
    }

    /// <summary>A duration as <c>0:45</c>, <c>12:03</c>, <c>3:07:09</c> or <c>2d 4h</c>.</summary>
    public static string FormatTime(TimeSpan time)
    {
        var whole = TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds));
        return whole switch
        {
            { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Days}d {whole.Hours}h"),
            { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{whole.Hours}:{whole.Minutes:00}:{whole.Seconds:00}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{whole.Minutes}:{whole.Seconds:00}"),
        };
    }

    /// <summary>Units a second to three digits, or seconds a unit where it takes more than two: <c>1,250/s</c>, <c>12.3/s</c>, <c>4.1 s each</c>.</summary>
    public static string FormatRate(double rate) => rate switch
    {
        < 0.5 => string.Create(CultureInfo.InvariantCulture, $"{1 / rate:#,0.0} s each"),
        < 9.995 => string.Create(CultureInfo.InvariantCulture, $"{rate:0.00}/s"),
        < 99.95 => string.Create(CultureInfo.InvariantCulture, $"{rate:0.0}/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{rate:#,0}/s"),
    };

    private static string Counts(RunProgress progress) => progress.Total > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{progress.Done:#,0}/{progress.Total:#,0} {progress.Unit}")
        : string.Create(CultureInfo.InvariantCulture, $"{progress.Done:#,0} {progress.Unit}");
}
