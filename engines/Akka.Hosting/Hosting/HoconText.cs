using System.Collections;
using System.Globalization;

namespace Akka.Hosting;

/// <summary>Writes options as HOCON.</summary>
internal static class HoconText
{
    /// <summary>An object at a path with those settings that have a value; empty where none has.</summary>
    public static string Section(string path, params (string Key, object? Value)[] settings)
    {
        var lines = settings.Where(setting => setting.Value is not null and not "").Select(setting => $"  {setting.Key} = {Write(setting.Value!)}\n").ToArray();
        return lines.Length == 0 ? "" : $"{path} {{\n{string.Concat(lines)}}}\n";
    }

    /// <summary>A text as a quoted HOCON string.</summary>
    public static string Quote(string text) => $"\"{text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal)}\"";

    private static string Write(object value) => value switch
    {
        string text => Quote(text),
        bool isOn => isOn ? "on" : "off",
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds}ms"),
        IEnumerable several => $"[{string.Join(", ", several.Cast<object>().Select(Write))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"{value.GetType()} has no form in HOCON", nameof(value)),
    };
}
