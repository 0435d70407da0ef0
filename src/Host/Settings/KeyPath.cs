using System.Text;

namespace ActorRlhf.Host.Settings;

/// <summary>The spelling of keys, dotted paths and quoted text in HOCON, as both Akka.NET and this product read them.</summary>
internal static class KeyPath
{
    private const int LongestShown = 60;

    /// <summary>A path one key longer.</summary>
    public static string Append(string path, string key) => path.Length == 0 ? Quote(key) : $"{path}.{Quote(key)}";

    /// <summary>A key as it stands in a path: quoted where it has more than letters, digits, <c>-</c> and <c>_</c>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="alsoPlain">One more character that needs no quotes.</param>
    public static string Quote(string key, char alsoPlain = '-') =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || c == alsoPlain) ? key : QuoteText(key);

    /// <summary>Whether <paramref name="path"/> is <paramref name="ancestor"/> or lies below it.</summary>
    public static bool IsAtOrBelow(string path, string ancestor) =>
        path.StartsWith(ancestor, StringComparison.Ordinal) &&
        (path.Length == ancestor.Length || ancestor.Length == 0 || path[ancestor.Length] is '.' or '[');

    /// <summary>Text in double quotes, with escapes.</summary>
    public static string QuoteText(string text)
    {
        // Akka.NET takes even a quoted "null" for null, but not two strings side by side.
        if (text == "null")
            return "\"nul\"\"l\"";
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\u007f' => quoted.Append("\\u").Append(((int)c).ToString("x4")),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>The configuration key of a property: <c>KlCoefficient</c> is <c>kl-coefficient</c>.</summary>
    public static string FromName(string name)
    {
        var key = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = char.IsUpper(name[i]) && i > 0 &&
                (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))) && name[i - 1] is not ('-' or '_');
            if (startsWord)
                key.Append('-');
            key.Append(char.ToLowerInvariant(name[i]));
        }

        return key.ToString();
    }

    /// <summary>The beginning of a text that is too long for an error message.</summary>
    public static string Shorten(string text) => text.Length > LongestShown ? string.Concat(text.AsSpan(0, LongestShown), "…") : text;

    /// <summary>A value as an error message shows it: on one line and not too long.</summary>
    public static string Show(string text)
    {
        var head = Shorten(text);
        return head.Length == 0 || head.AsSpan().IndexOfAny("\n\r\t\"") >= 0 ? QuoteText(head) : head;
    }
}
