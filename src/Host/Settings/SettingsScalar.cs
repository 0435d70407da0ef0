using System.Globalization;
using Akka.Configuration.Hocon;

namespace ActorRlhf.Host.Settings;

/// <summary>The values that are one piece of text: numbers, truth values, names, durations, sizes, text.</summary>
internal static class SettingsScalar
{
    private static readonly (string Unit, long Ticks)[] Durations =
    [
        ("days", TimeSpan.TicksPerDay), ("hours", TimeSpan.TicksPerHour), ("minutes", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond), ("micros", TimeSpan.TicksPerMicrosecond),
    ];

    private static readonly (string Unit, long Bytes)[] Sizes = [("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];

    /// <summary>Whether the reader and the writer know the type.</summary>
    public static bool Is(Type type) =>
        type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) ||
        type == typeof(float) || type == typeof(double) || type == typeof(decimal) || type == typeof(TimeSpan);

    /// <summary>What a value of the type looks like, for an error message.</summary>
    public static string Expected(Type type, bool isByteSize) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) ? $"a whole number from {int.MinValue} to {int.MaxValue}"
        : isByteSize ? "a size such as 65536, 64MiB or 2 GB"
        : type == typeof(long) ? "a whole number"
        : type == typeof(TimeSpan) ? "a duration with its unit, such as 30s, 200ms, 1.5 hours or infinite"
        : type == typeof(string) ? "text"
        : type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type).Select(KeyPath.FromName))
        : "a number";

    /// <summary>The value a text means, or null where it means none of that type.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The same in Akka.NET's form, which knows units.</param>
    /// <param name="type">One of the types that <see cref="Is"/> accepts.</param>
    /// <param name="isByteSize">Whether units of bytes are allowed.</param>
    public static object? Parse(string text, HoconValue value, Type type, bool isByteSize)
    {
        const NumberStyles whole = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(string))
            return text;
        text = text.Trim();
        if (type == typeof(bool))
            return text switch { "true" or "on" => true, "false" or "off" => false, _ => null };
        if (type == typeof(int))
            return int.TryParse(text, whole, culture, out var number) ? number : null;
        if (isByteSize)
            return Attempt(() => value.GetByteSize() is >= 0 and var size ? size : (object?)null);
        if (type == typeof(long))
            return long.TryParse(text, whole, culture, out var number) ? number : null;
        if (type == typeof(float))
            return float.TryParse(text, NumberStyles.Float, culture, out var number) && float.IsFinite(number) ? number : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, culture, out var number) && double.IsFinite(number) ? number : null;
        if (type == typeof(decimal))
            return decimal.TryParse(text, NumberStyles.Float, culture, out var number) ? number : null;
        if (type == typeof(TimeSpan))
            return text == "0" || (text.Length > 0 && char.IsAsciiLetter(text[^1])) ? Attempt(() => value.GetTimeSpan()) : null;
        return Enum.GetValues(type).Cast<object>().FirstOrDefault(each => KeyPath.FromName(each.ToString()!) == text);
    }

    /// <summary>The value in HOCON.</summary>
    public static string Format(object value, bool isByteSize) => value switch
    {
        string text => KeyPath.QuoteText(text),
        bool truth => truth ? "true" : "false",
        TimeSpan duration => Format(duration),
        Enum name => KeyPath.FromName(name.ToString()),
        long size when isByteSize => InUnit(size, Sizes) ?? size.ToString(CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"{value.GetType()} is not a type that configuration knows", nameof(value)),
    };

    private static string Format(TimeSpan duration) =>
        duration == Timeout.InfiniteTimeSpan ? "infinite"
        : duration == TimeSpan.Zero ? "0s"
        : InUnit(duration.Ticks, Durations) ?? $"{duration.Ticks * TimeSpan.NanosecondsPerTick}ns";

    private static string? InUnit(long amount, (string Unit, long Size)[] units) =>
        units.FirstOrDefault(each => amount >= each.Size && amount % each.Size == 0) is { Unit: not null } unit
            ? string.Create(CultureInfo.InvariantCulture, $"{amount / unit.Size}{unit.Unit}")
            : null;

    private static object? Attempt(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return null;
        }
    }
}
