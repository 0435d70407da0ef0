using System.Globalization;
using System.Text;

namespace ActorRlhf.Cli.Terminal;

/// <summary>Text of others (summaries, log lines, names) as a terminal may show it: it moves no cursor, sets no colour and turns no writing around.</summary>
public static class PlainText
{
    /// <summary>The text as one line. White space becomes spaces; what would command the terminal becomes a picture of itself.</summary>
    public static string Line(string text)
    {
        if (!text.Any(IsUnfit)) return text;
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(c switch
            {
                _ when !IsUnfit(c) => c,
                '\t' or '\n' or '\v' or '\f' or '\r' or '\u0085' or '\u2028' or '\u2029' => ' ',
                < ' ' => (char)('\u2400' + c), // such as ␛
                '\u007f' => '\u2421',
                _ => '\ufffd',
            });
        }

        return plain.ToString();
    }

    // Format characters turn the direction of writing, or are not seen at all.
    private static bool IsUnfit(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
