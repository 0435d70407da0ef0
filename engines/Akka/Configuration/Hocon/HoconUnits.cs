using System.Collections.Frozen;
using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>The units of durations and sizes that Akka.NET knows.</summary>
internal static class HoconUnits
{
    private static readonly FrozenDictionary<string, double> Milliseconds = Table<double>(
        (1e-6, "nanoseconds nanosecond nanos nano ns"),
        (1e-3, "microseconds microsecond micros micro"),
        (1, "milliseconds millisecond millis milli ms"),
        (1e3, "seconds second s"),
        (60e3, "minutes minute m"),
        (3600e3, "hours hour h"),
        (86400e3, "days day d"));

    private static readonly FrozenDictionary<string, long> Sizes = Table<long>(
        (1, "b B byte bytes"),
        (1000, "kB kilobyte kilobytes"),
        (1000L * 1000, "MB megabyte megabytes"),
        (1000L * 1000 * 1000, "GB gigabyte gigabytes"),
        (1000L * 1000 * 1000 * 1000, "TB terabyte terabytes"),
        (1000L * 1000 * 1000 * 1000 * 1000, "PB petabyte petabytes"),
        (1000L * 1000 * 1000 * 1000 * 1000 * 1000, "EB exabyte exabytes"),
        (1L << 10, "K k Ki KiB kibibyte kibibytes"),
        (1L << 20, "M m Mi MiB mebibyte mebibytes"),
        (1L << 30, "G g Gi GiB gibibyte gibibytes"),
        (1L << 40, "T t Ti TiB tebibyte tebibytes"),
        (1L << 50, "P p Pi PiB pebibyte pebibytes"),
        (1L << 60, "E e Ei EiB exbibyte exbibytes"));

    /// <summary>The duration a text such as <c>1.5 s</c> names.</summary>
    /// <exception cref="FormatException">It names none.</exception>
    public static TimeSpan Duration(string text, bool allowInfinite)
    {
        var letters = text.Length;
        while (letters > 0 && char.IsAsciiLetter(text[letters - 1]))
            letters--;
        if (Milliseconds.TryGetValue(text[letters..], out var unit) && text[..letters].TrimEnd() is [>= '0' and <= '9', ..] number)
        {
            var count = double.Parse(number, NumberStyles.AllowDecimalPoint, NumberFormatInfo.InvariantInfo);
            return TimeSpan.FromTicks(checked((long)Math.Round(count * unit * TimeSpan.TicksPerMillisecond)));
        }

        if (allowInfinite && text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
            return Timeout.InfiniteTimeSpan;

        var milliseconds = double.Parse(text, NumberFormatInfo.InvariantInfo);
        return milliseconds >= 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new FormatException($"Expected a positive value instead of {text}");
    }

    /// <summary>The number of bytes a text such as <c>64 MiB</c> names; null for none.</summary>
    /// <exception cref="FormatException">It names none.</exception>
    public static long? Bytes(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var digits = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (digits == 0 || digits == text.Length)
            return long.Parse(text, NumberFormatInfo.InvariantInfo);
        var unit = text[digits..].Trim();
        return Sizes.TryGetValue(unit, out var factor)
            ? factor * long.Parse(text.AsSpan(0, digits), NumberFormatInfo.InvariantInfo)
            : throw new FormatException($"{unit} is not a valid byte size suffix");
    }

    private static FrozenDictionary<string, T> Table<T>(params (T Factor, string Names)[] units) =>
        units.SelectMany(unit => unit.Names.Split(' ').Select(name => (name, unit.Factor))).ToFrozenDictionary(pair => pair.name, pair => pair.Factor);
}
