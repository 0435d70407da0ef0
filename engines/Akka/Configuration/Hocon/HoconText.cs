using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>A cursor over HOCON text that reads what has no structure: white space, comments, keys, strings.</summary>
internal sealed class HoconText(string text)
{
    private const string ThreeQuotes = "\"\"\"";
    private const string NotInText = "$\"{}[]:=,#`^?!@*&\\";
    private const string NotInKey = NotInText + ".";

    private int _at;

    /// <summary>Whether everything has been read.</summary>
    public bool AtEnd => _at >= text.Length;

    /// <summary>Where the cursor stands; only for comparing.</summary>
    public int Position => _at;

    private char Current => _at < text.Length ? text[_at] : '\0';

    /// <summary>Whether <paramref name="expected"/> comes next.</summary>
    public bool Sees(char expected) => _at < text.Length && text[_at] == expected;

    /// <summary>Whether <paramref name="expected"/> comes next.</summary>
    public bool Sees(string expected) => string.CompareOrdinal(text, _at, expected, 0, expected.Length) == 0;

    /// <summary>Whether unquoted text comes next.</summary>
    public bool SeesUnquoted() => IsUnquoted(NotInText);

    /// <summary>Passes <paramref name="expected"/> if it comes next.</summary>
    public bool Take(char expected)
    {
        if (!Sees(expected))
            return false;
        _at++;
        return true;
    }

    /// <summary>Passes the word <c>include</c> if a quoted name follows it.</summary>
    public bool TakeInclude()
    {
        const string word = "include";
        var start = _at;
        if (Sees(word))
        {
            _at += word.Length;
            var end = _at;
            SkipSpace();
            if (_at > end && Sees('"'))
                return true;
        }

        _at = start;
        return false;
    }

    /// <summary>Passes white space, line ends and comments (<c>#</c> and <c>//</c>).</summary>
    public void SkipSpace()
    {
        while (!AtEnd && (char.IsWhiteSpace(Current) || SeesComment()))
        {
            if (char.IsWhiteSpace(Current))
                _at++;
            else
                _at = text.IndexOf('\n', _at) is >= 0 and var end ? end : text.Length;
        }
    }

    /// <summary>The blanks up to the next other character of the line.</summary>
    public string ReadBlanks()
    {
        var start = _at;
        while (Current is ' ' or '\t')
            _at++;
        return text[start.._at];
    }

    /// <summary>A key, quoted or not.</summary>
    public string ReadKey() =>
        Sees(ThreeQuotes) ? throw Error("A key cannot stand in triple quotes")
        : Sees('"') ? ReadQuoted()
        : ReadWhile(NotInKey, acrossBlanks: true).Trim();

    /// <summary>Unquoted text up to the next blank or sign.</summary>
    /// <exception cref="ConfigurationException">An assignment sign follows, so this was meant to be quoted.</exception>
    public string ReadUnquoted()
    {
        var read = ReadWhile(NotInText, acrossBlanks: false);
        return Current is '=' or ':'
            ? throw new ConfigurationException($"Unquoted text cannot contain '{Current}'; put the value in double quotes ({Where()}).")
            : read;
    }

    /// <summary>The path of a substitution whose <c>${</c> comes next.</summary>
    public string ReadSubstitution()
    {
        var start = _at;
        _at += 2;
        var path = ReadWhile(NotInText, acrossBlanks: false);
        if (path.Length > 0 && Take('}'))
            return path;
        _at = start;
        throw Error("Akka.NET reads a substitution only as ${path}");
    }

    /// <summary>The text of a string in double quotes, one or three.</summary>
    public string ReadQuoted()
    {
        var start = _at;
        if (Sees(ThreeQuotes))
        {
            var end = text.IndexOf(ThreeQuotes, _at + 3, StringComparison.Ordinal);
            _at = end < 0 ? start : end + 3;
            return end < 0 ? throw Error("This text in triple quotes is never closed") : text[(start + 3)..end];
        }

        var read = new StringBuilder();
        for (_at++; !Sees('"');)
        {
            if (AtEnd)
            {
                _at = start;
                throw Error("This quoted text is never closed");
            }

            read.Append(Sees('\\') ? ReadEscape() : text[_at++]);
        }

        _at++;
        return read.ToString();
    }

    /// <summary>An error at the cursor.</summary>
    public FormatException Error(string message) => new($"{message} ({Where()}).");

    private char ReadEscape()
    {
        _at++;
        var escape = Current;
        if (escape == 'u' && _at + 5 <= text.Length &&
            ushort.TryParse(text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out var code))
        {
            _at += 5;
            return (char)code;
        }

        var index = "\"\\/bfnrt".IndexOf(escape);
        if (index < 0 || AtEnd)
            throw Error($"Unknown escape code: {escape}");
        _at++;
        return "\"\\/\b\f\n\r\t"[index];
    }

    private string ReadWhile(string stops, bool acrossBlanks)
    {
        var start = _at;
        while (IsUnquoted(stops) || (acrossBlanks && Current is ' ' or '\t'))
            _at++;
        return text[start.._at];
    }

    private bool IsUnquoted(string stops) => !AtEnd && !char.IsWhiteSpace(Current) && !stops.Contains(Current) && !SeesComment();

    private bool SeesComment() => Sees('#') || Sees("//");

    private string Where()
    {
        var before = text.AsSpan(0, Math.Min(_at, text.Length));
        return $"line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}";
    }
}
