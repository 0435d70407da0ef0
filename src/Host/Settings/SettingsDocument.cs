using ActorRlhf.Model;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorRlhf.Host.Settings;

/// <summary>
/// A run's configuration as the user gave it: a HOCON file, what it includes, and <c>--set key=value</c> overrides on top. It knows
/// where each key was given, so that <see cref="SettingsReader"/> can say so.
/// </summary>
/// <remarks>
/// The HOCON is Akka.NET's: comments, nested objects, dotted keys, merging, lists, concatenation, <c>${key}</c>. On top of it come
/// <c>include "file"</c>, relative to the including file, and <c>${?VARIABLE}</c>, an environment variable; a key whose whole value is one that
/// is not set keeps the value it had.
/// </remarks>
public sealed class SettingsDocument
{
    private readonly SettingsComposition _composition;

    private SettingsDocument(string name, SettingsComposition composition)
    {
        composition.Finish();
        _composition = composition;
        Name = name;
        try
        {
            Config = ConfigurationFactory.ParseString(composition.Output.ToString());
        }
        catch (Exception error) when (error is FormatException or ConfigurationException)
        {
            throw new UserErrorException($"{name}: {error.Message}", error);
        }
    }

    /// <summary>The file as the user named it.</summary>
    public string Name { get; }

    /// <summary>All of it in Akka.NET's form.</summary>
    public Config Config { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="overrides">
    /// What <c>--set</c> was given: each <c>dotted.key=value</c>. The value is text as it stands, unless it is <c>null</c> or begins with <c>[</c>,
    /// <c>{</c>, <c>"</c> or <c>$</c>: then it is HOCON.
    /// </param>
    /// <param name="environment">Looks up an environment variable; the process's own where null.</param>
    /// <exception cref="UserErrorException">A file is missing or malformed, includes itself, or an override is malformed.</exception>
    public static SettingsDocument Load(string file, IEnumerable<string>? overrides = null, Func<string, string?>? environment = null)
    {
        var composition = new SettingsComposition(environment ?? Environment.GetEnvironmentVariable);
        composition.ReadFile(file, file, "", 0, null);
        return Finish(file, composition, overrides);
    }

    /// <summary>Reads text, whose includes are relative to the working directory; otherwise like <see cref="Load"/>.</summary>
    /// <param name="text">The HOCON.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="overrides">What <c>--set</c> was given.</param>
    /// <param name="environment">Looks up an environment variable; the process's own where null.</param>
    /// <exception cref="UserErrorException">As for <see cref="Load"/>.</exception>
    public static SettingsDocument Parse(
        string text, string name = "configuration", IEnumerable<string>? overrides = null, Func<string, string?>? environment = null)
    {
        var composition = new SettingsComposition(environment ?? Environment.GetEnvironmentVariable);
        composition.Read(new SettingsText(name, text.TrimStart('\ufeff'), isOption: false));
        return Finish(name, composition, overrides);
    }

    /// <summary>Where a key was last given, or null; list elements are <c>key[0]</c>.</summary>
    public SourcePosition? Find(string path) => _composition.Find(path);

    /// <summary>Every value by its full key, in HOCON: what has to be equal for two documents to say the same.</summary>
    public IReadOnlyDictionary<string, string> Values()
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Config.Root?.GetObject() is { } root)
            Collect(root, "", values);
        return values;
    }

    private static void Collect(HoconObject section, string path, SortedDictionary<string, string> values)
    {
        foreach (var (key, value) in section.Items)
        {
            var at = KeyPath.Append(path, key);
            if (value.GetObject() is { Items.Count: > 0 } inner)
                Collect(inner, at, values);
            else
                values[at] = Written(value);
        }
    }

    private static string Written(HoconValue value) =>
        SettingsBinder.IsNull(value) ? "null"
        : SettingsBinder.Text(value) is { } text ? (text == "null" ? KeyPath.QuoteText(text) : KeyPath.Quote(text, alsoPlain: '.'))
        : SettingsBinder.IsList(value) ? "[" + string.Join(", ", value.GetArray().Select(Written)) + "]"
        : value.GetObject() is { } section ? "{" + string.Join(", ", section.Items.Select(item => $"{KeyPath.Quote(item.Key)} = {Written(item.Value)}")) + "}"
        : "";

    private static SettingsDocument Finish(string name, SettingsComposition composition, IEnumerable<string>? overrides)
    {
        foreach (var option in overrides ?? [])
        {
            var source = $"--set {option}";
            var assign = option.IndexOf('=', StringComparison.Ordinal);
            if (assign <= 0)
                throw new UserErrorException($"{source}: expected key=value, such as --set rlhf.ppo.kl-coefficient=0.07");
            var value = option[(assign + 1)..].Trim();
            var hocon = value is ['[' or '{' or '"' or '$', ..] or "null" ? value : KeyPath.QuoteText(value);
            composition.Read(new SettingsText(source, $"{option[..assign]} = {hocon}", isOption: true));
        }

        return new SettingsDocument(name, composition);
    }
}
