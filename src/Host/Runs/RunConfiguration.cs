using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Runs;

/// <summary>What a run is and its resolved settings: what has to be the same for a stopped run to be continued.</summary>
/// <param name="Kind">The kind of run, by the command that starts it: <c>sft</c>, <c>ppo</c>, <c>demo</c>.</param>
/// <param name="Settings">Every setting by its full key (<c>ppo.kl-coefficient</c>), as invariant text (<c>0.05</c>).</param>
public sealed record RunConfiguration(string Kind, IReadOnlyDictionary<string, string> Settings)
{
    private const string KindKey = "run.kind";

    /// <summary>The configuration as HOCON, a setting a line in the order of the keys; a value that is not a plain word or number is quoted.</summary>
    public string ToHocon()
    {
        var text = new StringBuilder("# The settings this run began with, every default filled in. To change one, start a run of its own.\n");
        foreach (var (key, value) in Settings.Append(new(KindKey, Kind)).OrderBy(setting => setting.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{key} = {Written(value)}\n");
        return text.ToString();
    }

    /// <summary>Reads what <see cref="ToHocon"/> wrote.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="path">Its name, for the error.</param>
    /// <exception cref="UserErrorException">A line is not <c>key = value</c>, or the kind of run is missing.</exception>
    public static RunConfiguration Parse(string text, string path)
    {
        var settings = new Dictionary<string, string>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Trim() is "" or ['#', ..])
                continue;
            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || Read(parts[1]) is not { } value)
            {
                throw new UserErrorException(
                    $"{path} line {number}: expected key = value as the run wrote it; undo the edit, or start anew elsewhere with --out");
            }

            settings[parts[0]] = value;
        }

        if (!settings.Remove(KindKey, out var kind))
            throw new UserErrorException($"{path}: no {KindKey}; the file is not a run's configuration, so start anew elsewhere with --out");
        return new RunConfiguration(kind, settings);
    }

    /// <summary>What differs from another configuration, a line a key: <c>ppo.epochs: 4 there, 2 here</c>.</summary>
    /// <param name="there">The configuration that the folder holds.</param>
    public IEnumerable<string> DifferencesFrom(RunConfiguration there)
    {
        foreach (var key in Settings.Keys.Union(there.Settings.Keys).Order(StringComparer.Ordinal))
        {
            var mine = Settings.GetValueOrDefault(key);
            var theirs = there.Settings.GetValueOrDefault(key);
            if (mine != theirs)
                yield return $"{key}: {theirs ?? "not set"} there, {mine ?? "not set"} here";
        }
    }

    private static string Written(string value) =>
        value is not ("" or "null") && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? value
            : $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string? Read(string written)
    {
        if (written is not ['"', ..])
            return written is "" ? null : written;
        try
        {
            return JsonSerializer.Deserialize<string>(written);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
