using System.Text;

namespace ActorRlhf.Model.Data;

/// <summary>Reads Debian's control format (deb822), of which <c>Packages</c>, <c>Translation-en</c> and dpkg's <c>status</c> consist.</summary>
public static class DebianControl
{
    /// <summary>Streams a file's stanzas, holding one at a time. The same dictionary is handed out again for each: copy what must last.</summary>
    /// <param name="reader">The file's text.</param>
    /// <param name="wanted">Names of the fields to keep; names are compared without regard to case, as the format defines.</param>
    /// <returns>For each stanza, field name to value; a folded value keeps its line breaks and its lines' leading space.</returns>
    public static IEnumerable<IReadOnlyDictionary<string, string>> ReadStanzas(TextReader reader, IReadOnlySet<string> wanted)
    {
        var names = new HashSet<string>(wanted, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        var stanza = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var value = new StringBuilder();
        string? field = null;
        bool any = false;
        for (var line = reader.ReadLine(); ; line = reader.ReadLine())
        {
            bool folded = line is { Length: > 0 } && line[0] is ' ' or '\t';
            if (folded)
            {
                if (field is not null) value.Append('\n').Append(line);
                continue;
            }
            if (field is not null) stanza[field] = value.ToString();
            field = null;
            if (string.IsNullOrWhiteSpace(line))
            {
                if (any) yield return stanza;
                if (line is null) yield break;
                stanza.Clear();
                any = false;
                continue;
            }
            any = true;
            int colon = line.IndexOf(':');
            if (colon > 0 && names.TryGetValue(line.AsSpan(0, colon), out field))
                value.Clear().Append(line.AsSpan(colon + 1).Trim());
        }
    }

    /// <summary>
    /// Parts a description field into its synopsis and its text, undoing the folding of Debian policy 5.6.13: a lone dot is a blank line,
    /// lines with one space flow together into a paragraph, and lines with more stand for themselves, as do the items of a list.
    /// </summary>
    /// <param name="value">A <c>Description</c> field's value, folded lines and all.</param>
    /// <returns>The first line, and the rest with one line a paragraph or list item.</returns>
    public static (string Synopsis, string Text) Unfold(string value)
    {
        var text = new StringBuilder();
        var previous = LineKind.Blank;
        var lines = value.Split('\n');
        foreach (var line in lines.Skip(1))
        {
            var content = line.AsSpan().Trim();
            // Rules drawn under headings part paragraphs too, and say nothing.
            if (!HasLetterOrDigit(content))
            {
                previous = LineKind.Blank;
                continue;
            }
            bool indented = line.Length > 1 && line[1] is ' ' or '\t';
            var kind = IsListItem(content) ? LineKind.Item : indented ? LineKind.Verbatim : LineKind.Flowing;
            // A list item's further lines are part of it however they are indented.
            bool joins = previous == LineKind.Item && kind != LineKind.Item || previous == LineKind.Flowing && kind == LineKind.Flowing;
            if (text.Length > 0) text.Append(joins ? ' ' : '\n');
            AppendSquashed(text, content);
            if (!joins) previous = kind;
        }
        return (Squash(lines[0]), text.ToString());
    }

    private static bool HasLetterOrDigit(ReadOnlySpan<char> content)
    {
        foreach (char c in content)
            if (char.IsLetterOrDigit(c)) return true;
        return false;
    }

    private enum LineKind { Blank, Flowing, Item, Verbatim }

    private static bool IsListItem(ReadOnlySpan<char> content) =>
        content.Length > 1 && content[0] is '*' or '-' or '+' or 'o' or '•' or '·' && content[1] is ' ' or '-' or '\t';

    private static string Squash(string text)
    {
        var squashed = new StringBuilder(text.Length);
        AppendSquashed(squashed, text.AsSpan().Trim());
        return squashed.ToString();
    }

    private static void AppendSquashed(StringBuilder to, ReadOnlySpan<char> content)
    {
        bool space = false;
        foreach (char c in content)
        {
            bool blank = c is ' ' or '\t' or '\r' or '\u00a0';
            if (!blank) to.Append(c);
            else if (!space) to.Append(' ');
            space = blank;
        }
    }
}
