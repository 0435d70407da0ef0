using System.Collections;
using System.Text;

namespace ActorRlhf.Host.Settings;

/// <summary>Writes what a run really runs with: every setting, given or default.</summary>
public static class ResolvedConfiguration
{
    /// <summary>
    /// A settings record as HOCON, its properties in the order they are declared. <see cref="SettingsReader"/> reads the same record from it.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="path">The dotted path of the section to write it as; empty for none.</param>
    /// <param name="keys">The keys to write of the record's own; all where null.</param>
    public static string Write(object record, string path = "", IReadOnlyCollection<string>? keys = null) =>
        path.Length == 0 ? Members(record, 0, keys) : $"{path} {{\n{Members(record, 1, keys)}}}\n";

    private static string Members(object record, int depth, IReadOnlyCollection<string>? keys = null)
    {
        var text = new StringBuilder();
        foreach (var property in SettingsProperty.Of(record.GetType()).Where(property => keys is null || keys.Contains(property.Key)))
            WriteMember(text, property.Key, property.Info.GetValue(record), property.IsByteSize, depth);
        return text.ToString();
    }

    private static void WriteMember(StringBuilder text, string key, object? value, bool isByteSize, int depth)
    {
        text.Append(' ', depth * 2).Append(KeyPath.Quote(key));
        var written = WriteValue(value, isByteSize, depth);
        text.Append(written.StartsWith('{') ? " " : " = ").Append(written).Append('\n');
    }

    private static string WriteValue(object? value, bool isByteSize, int depth)
    {
        if (value is null)
            return "null";
        if (SettingsScalar.Is(value.GetType()))
            return SettingsScalar.Format(value, isByteSize);
        if (SettingsProperty.IsRecord(value.GetType()))
            return Braces(Members(value, depth + 1), depth);
        if (value is IDictionary dictionary)
        {
            var text = new StringBuilder();
            foreach (DictionaryEntry entry in dictionary)
                WriteMember(text, (string)entry.Key, entry.Value, isByteSize, depth + 1);
            return Braces(text.ToString(), depth);
        }

        return value is IEnumerable items
            ? "[" + string.Join(", ", items.Cast<object>().Select(item => WriteValue(item, isByteSize, depth))) + "]"
            : throw new ArgumentException($"{value.GetType()} is not a type that configuration knows", nameof(value));
    }

    private static string Braces(string members, int depth) => members.Length == 0 ? "{}" : "{\n" + members + new string(' ', depth * 2) + "}";
}
