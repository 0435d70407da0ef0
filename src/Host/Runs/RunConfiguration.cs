using ActorRlhf.Host.Settings;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// What a run is and its resolved settings: what has to be the same for a stopped run to be continued. Its text is a configuration file
/// like any other, so <c>--config</c> can be given a run's <c>config.conf</c> to start another one like it.
/// </summary>
public sealed class RunConfiguration
{
    private const string Section = "run";
    private const string KindKey = "kind";

    private readonly IReadOnlyDictionary<string, string> _values;

    private RunConfiguration(string kind, string text, IReadOnlyDictionary<string, string> values)
    {
        Kind = kind;
        Text = text;
        _values = values;
    }

    /// <summary>The kind of run, by the command that starts it: <c>sft</c>, <c>ppo</c>, <c>demo</c>.</summary>
    public string Kind { get; }

    /// <summary>The configuration as HOCON.</summary>
    public string Text { get; }

    /// <summary>The configuration of a run that begins now.</summary>
    /// <param name="kind">The kind of run.</param>
    /// <param name="settings">A settings record.</param>
    /// <param name="path">The section that it was read from.</param>
    /// <param name="keys">The keys of the record that matter to this kind of run; all where null.</param>
    /// <param name="inputs">What else it works from, by name: folders, for example.</param>
    public static RunConfiguration Of(
        string kind, object settings, string path, IReadOnlyCollection<string>? keys = null, IEnumerable<KeyValuePair<string, string>>? inputs = null)
    {
        var text = "# What this run began with, every default filled in. To change a setting, start a run of its own.\n"
            + $"{Section} {{\n  {KindKey} = {KeyPath.Quote(kind)}\n"
            + string.Concat((inputs ?? []).Select(input => $"  {KeyPath.Quote(input.Key)} = {KeyPath.QuoteText(input.Value)}\n"))
            + "}\n" + ResolvedConfiguration.Write(settings, path, keys);
        return Parse(text, kind);
    }

    /// <summary>Reads a configuration back.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="path">Its name, for the error.</param>
    /// <exception cref="UserErrorException">It is not HOCON, or does not say what kind of run it is of.</exception>
    public static RunConfiguration Parse(string text, string path)
    {
        try
        {
            var values = SettingsDocument.Parse(text, path, environment: _ => null).Values();
            return values.TryGetValue($"{Section}.{KindKey}", out var kind)
                ? new RunConfiguration(kind, text, values)
                : throw new UserErrorException($"{path}: no {Section}.{KindKey}, so it is not a run's configuration");
        }
        catch (UserErrorException e)
        {
            throw new UserErrorException($"{e.Message}; undo the edit, or start anew elsewhere with --out", e);
        }
    }

    /// <summary>What differs from another configuration, a line a key: <c>rlhf.ppo.epochs: 4 there, 2 here</c>.</summary>
    /// <param name="there">The configuration that the folder holds.</param>
    public IEnumerable<string> DifferencesFrom(RunConfiguration there)
    {
        foreach (var key in _values.Keys.Union(there._values.Keys).Order(StringComparer.Ordinal))
        {
            var mine = _values.GetValueOrDefault(key);
            var theirs = there._values.GetValueOrDefault(key);
            if (mine != theirs)
                yield return $"{key}: {theirs ?? "not set"} there, {mine ?? "not set"} here";
        }
    }
}
