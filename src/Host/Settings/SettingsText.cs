using System.Globalization;
using System.Text;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Settings;

/// <summary>A cursor over one configuration text that reads keys, strings and white space, and knows the line it is on.</summary>
/// <param name="source">What errors call the text.</param>
/// <param name="text">The text.</param>
/// <param name="isOption">Whether the text is a command-line option, which has no lines.</param>
internal sealed class SettingsText(string source, string text, bool isOption)
{
    private const string NotInText = "$\"{}[]:=,#`^?!@*&\\";

    private int _at;
    private int _counted;
    private int _line = 1;

    public bool AtEnd => _at >= text.Length;

    /// <summary>Whether the value of a key could go on here.</summary>
    public bool SeesValue => Current is '"' or '[' or '{' or '$' || IsUnquoted();

    private char Current => _at < text.Length ? text[_at] : '\0';

    public bool Sees(char expected) => _at < text.Length && text[_at] == expected;

    public bool Take(char expected)
    {
        if (!Sees(expected))
            return false;
        _at++;
        return true;
    }

    /// <summary>The line of what comes next.</summary>
    public SourcePosition Position()
    {
        _line += text.AsSpan(_counted, _at - _counted).Count('\n');
        _counted = _at;
        return new SourcePosition(source, isOption ? 0 : _line);
    }

    /// <summary>An error about what comes next.</summary>
    public UserErrorException Error(string message, int? at = null)
    {
        _at = Math.Min(at ?? _at, text.Length);
        var before = text.AsSpan(0, _at);
        return new UserErrorException(isOption
            ? $"{source}: {message}"
            : $"{source} line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}: {message}");
    }

    /// <summary>What comes next, for an error message.</summary>
    public string Next()
    {
        if (AtEnd)
            return "the end";
        Rune.DecodeFromUtf16(text.AsSpan(_at), out var next, out _);
        return next.Value is '\r' or '\n' ? "the end of the line" : $"'{next}'";
    }

    /// <summary>Passes white space and comments; true if that led to another line.</summary>
    public bool SkipSpace()
    {
        var start = _at;
        while (!AtEnd && (char.IsWhiteSpace(Current) || SeesComment()))
            _at = !SeesComment() ? _at + 1 : text.IndexOf('\n', _at) is >= 0 and var end ? end : text.Length;
        return text.AsSpan(start, _at - start).Contains('\n');
    }

    /// <summary>The white space up to the next other character of the line.</summary>
    public string ReadBlanks()
    {
        var start = _at;
        while (!AtEnd && Current is not ('\n' or '\r') && char.IsWhiteSpace(Current))
            _at++;
        return text[start.._at];
    }

    /// <summary>Passes the word <c>include</c> if a quoted name follows.</summary>
    public bool TakeInclude()
    {
        const string word = "include";
        var start = _at;
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) == 0)
        {
            _at += word.Length;
            if (ReadBlanks().Length > 0 && Sees('"'))
                return true;
        }

        _at = start;
        return false;
    }

    public string ReadKey()
    {
        var start = _at;
        if (Sees('"'))
            return ReadQuoted() is { Length: > 0 } key ? key : throw Error("this key has no name", start);
        while (IsUnquoted() && Current != '.')
            _at++;
        if (_at == start)
            throw Error($"expected a key, found {Next()}");
        return text[start.._at];
    }

    public string ReadUnquoted()
    {
        var start = _at;
        while (IsUnquoted())
            _at++;
        return text[start.._at];
    }

    /// <summary>What stands in a substitution whose <c>$</c> comes next, and whether it began with <c>?</c>.</summary>
    public (string Name, bool Optional) ReadSubstitution()
    {
        var start = _at++;
        if (!Take('{'))
            throw Error("a value that contains $ needs double quotes, unless it is ${key} or ${?VARIABLE}", start);
        var optional = Take('?');
        var name = ReadUnquoted();
        if (name.Length == 0 || !Take('}'))
            throw Error("expected ${key} or ${?VARIABLE}", start);
        return (name, optional);
    }

    /// <summary>Text in one pair of double quotes, or in three.</summary>
    public string ReadQuoted()
    {
        var start = _at;
        const string three = "\"\"\"";
        if (string.CompareOrdinal(text, _at, three, 0, 3) == 0)
        {
            var end = text.IndexOf(three, _at + 3, StringComparison.Ordinal);
            if (end < 0)
                throw Error("this text in triple quotes is never closed");
            _at = end + 3;
            return text[(start + 3)..end];
        }

        var read = new StringBuilder();
        for (_at++; !Sees('"');)
        {
            if (AtEnd || Current is '\n')
                throw Error("this quoted text is not closed on its line; write \\n for a new line, or use triple quotes", start);
            read.Append(Sees('\\') ? ReadEscape() : text[_at++]);
        }

        _at++;
        return read.ToString();
    }

    private char ReadEscape()
    {
        var escape = _at + 1 < text.Length ? text[_at + 1] : '\0';
        if (escape == 'u' && _at + 6 <= text.Length &&
            ushort.TryParse(text.AsSpan(_at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _at += 6;
            return (char)code;
        }

        var index = "\"\\/bfnrt".IndexOf(escape);
        if (index < 0)
            throw Error("this escape is unknown; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u0000");
        _at += 2;
        return "\"\\/\b\f\n\r\t"[index];
    }

    private bool IsUnquoted() => !AtEnd && !char.IsWhiteSpace(Current) && !NotInText.Contains(Current) && !SeesComment();

    private bool SeesComment() => Sees('#') || (Sees('/') && _at + 1 < text.Length && text[_at + 1] == '/');
}
