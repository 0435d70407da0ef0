using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Entries of a log as lines. A line of JSON is an object with <c>time</c> (ISO 8601, UTC), <c>level</c>, <c>category</c>, <c>message</c> and, where there is one, <c>node</c>, <c>actor</c>
/// (its path) or <c>source</c>, <c>exception</c>, <c>trace_id</c> and <c>span_id</c>. The values that a message was made of are fields of their own, such as <c>episode</c>, <c>batch</c> and <c>version</c>.
/// </summary>
public static partial class LogLine
{
    private const string Template = "{OriginalFormat}"; // a key of .NET's logging
    private static readonly HashSet<string> Reserved = ["time", "level", "category", "node", "actor", "source", "message", "exception", "trace_id", "span_id"];
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // for eyes and collectors, never for a page

    /// <summary>An entry as text: a line, and those of the exception.</summary>
    internal static string Text<TState>(LogLevel level, string category, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = LogText.Of(state, exception, formatter);
        var line = string.Create(CultureInfo.InvariantCulture, $"{Now()} {level,-11} {category}: {message}");
        return exception is null ? line : $"{line}{Environment.NewLine}{exception}";
    }

    /// <summary>An entry as a line of JSON.</summary>
    internal static string Json<TState>(string? node, LogLevel level, string category, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            var message = LogText.Plain(state, exception, formatter);
            json.WriteStartObject();
            json.WriteString("time", Now());
            json.WriteString("level", level.ToString().ToLowerInvariant());
            json.WriteString("category", category);
            if (node is not null) json.WriteString("node", node);
            if (state is LogEvent { LogSource: { } source })
            {
                if (ActorPath(source) is { } path) json.WriteString("actor", path);
                else json.WriteString("source", source);
            }

            json.WriteString("message", message);
            var written = new HashSet<string>(Reserved);
            foreach (var (name, value) in Fields(state))
            {
                // What is the whole message says nothing more as a field.
                if (value is null || message.Equals(value as string, StringComparison.Ordinal)) continue;
                var field = Reserved.Contains(name) ? $"message_{name}" : name;
                if (written.Add(field)) Write(json, field, value);
            }

            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToHexString());
                json.WriteString("span_id", activity.SpanId.ToHexString());
            }

            if (exception is not null) json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>A line of a log as people read it: one of JSON as text, perhaps of several lines; any other as it is.</summary>
    public static string Readable(string line)
    {
        if (!line.StartsWith('{')) return line;
        try
        {
            using var json = JsonDocument.Parse(line);
            var entry = json.RootElement;
            var level = Enum.Parse<LogLevel>(entry.GetProperty("level").GetString()!, ignoreCase: true);
            var actor = entry.TryGetProperty("actor", out var path) || entry.TryGetProperty("source", out path) ? $"{path.GetString()}: " : "";
            var text = string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.GetProperty("time").GetString()} {level,-11} {entry.GetProperty("category").GetString()}: {actor}{entry.GetProperty("message").GetString()}");
            return entry.TryGetProperty("exception", out var exception) ? $"{text}\n{exception.GetString()}" : text;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            return line; // somebody else's
        }
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<(string Name, object? Value)> Fields<TState>(TState state) => state switch
    {
        LogEvent { Message: LogMessage message } => Fields(message),
        IEnumerable<KeyValuePair<string, object?>> values =>
            values.Where(value => value.Key != Template).Select(value => (JsonNamingPolicy.SnakeCaseLower.ConvertName(value.Key), value.Value)),
        _ => [],
    };

    // An actor's messages number their values. The word before a value says what it is.
    private static IEnumerable<(string Name, object? Value)> Fields(LogMessage message)
    {
        object?[] values = [.. message.Parameters()];
        foreach (Match match in NamedValue().Matches(message.Format))
        {
            if (int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) is var number && number < values.Length) yield return (match.Groups[1].Value, values[number]);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case float or double when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                json.WriteNumber(name, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    // Such as [akka://rlhf/user/rollout#123] or akka.tcp://rlhf@host:1/user/rollout.
    private static string? ActorPath(string source)
    {
        var address = source.Trim('[', ']');
        var end = address.IndexOf('#', StringComparison.Ordinal);
        if (end >= 0) address = address[..end];
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme.StartsWith("akka", StringComparison.Ordinal) ? uri.AbsolutePath : null;
    }

    [GeneratedRegex(@"\b(episode|batch|version|update|shard|run|node|rollout|scorer) \{(\d+)")]
    private static partial Regex NamedValue();
}
