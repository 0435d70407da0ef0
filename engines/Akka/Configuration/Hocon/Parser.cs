namespace Akka.Configuration.Hocon;

/// <summary>
/// Reads HOCON as Akka.NET 1.5 reads it. What this parser accepts means what it means there; text that the published
/// parser takes without sense (a brace never closed, a stray sign, a substitution of itself) is an error here.
/// Not in Akka.NET's HOCON: <c>+=</c>, <c>${?optional}</c>, environment variables, <c>include file(…)</c>.
/// </summary>
public class Parser
{
    /// <summary>How deep objects, lists and dotted keys may nest; the parser recurses.</summary>
    private const int MaxDepth = 1000;

    private readonly HoconText _text;
    private readonly Func<string, HoconRoot>? _include;
    private readonly List<HoconSubstitution> _substitutions = [];

    private Parser(string text, Func<string, HoconRoot>? include) => (_text, _include) = (new HoconText(text), include);

    /// <summary>Parses HOCON text; <paramref name="includeCallback"/> is asked for what <c>include "name"</c> means.</summary>
    /// <exception cref="FormatException">
    /// The text is not HOCON (the message gives line and column), or a substitution has no target.
    /// </exception>
    /// <exception cref="ConfigurationException">
    /// An unquoted value contains <c>=</c> or <c>:</c>, or an include has no callback to go to.
    /// </exception>
    public static HoconRoot Parse(string text, Func<string, HoconRoot>? includeCallback) => new Parser(text, includeCallback).ParseRoot();

    private HoconRoot ParseRoot()
    {
        var root = new HoconValue();
        _text.SkipSpace();
        var braces = _text.Take('{');
        ParseMembers(root, "", 0);
        if (_text.Take('}') != braces)
            throw _text.Error(braces ? "The { that the text begins with is never closed" : "There is no { for this }");
        _text.SkipSpace();
        if (!_text.AtEnd)
            throw _text.Error("Nothing may follow the } that closes the text");

        HoconResolution.Resolve(root, _substitutions);
        return new HoconRoot(root, _substitutions);
    }

    /// <summary>Reads members up to the closing brace, which it leaves, or the end of the text.</summary>
    private void ParseMembers(HoconValue owner, string path, int depth)
    {
        if (depth > MaxDepth)
            throw _text.Error($"Nested deeper than {MaxDepth} levels");
        var members = AsObject(owner);
        for (_text.SkipSpace(); !_text.AtEnd && !_text.Sees('}'); _text.SkipSpace())
        {
            if (_text.TakeInclude())
                Include(members, _text.ReadQuoted(), path);
            else
                ParseMember(members, path, depth);
        }
    }

    private void ParseMember(HoconObject owner, string path, int depth)
    {
        while (true)
        {
            var start = _text.Position;
            var key = _text.ReadKey();
            if (_text.Position == start)
                throw _text.Error("Unknown token, expected a key");
            var value = owner.GetOrCreateKey(key);
            path = path.Length == 0 ? key : path + "." + key;
            _text.SkipSpace();
            if (_text.Take('.'))
            {
                if (++depth > MaxDepth)
                    throw _text.Error($"Nested deeper than {MaxDepth} levels");
                owner = AsObject(value);
                _text.SkipSpace();
                continue;
            }

            if (key.EndsWith('+') && _text.Sees('='))
                throw _text.Error("Akka.NET's HOCON has no +=");
            if (_text.Take('{'))
                ParseBraces(value, path, depth + 1);
            else if (_text.Take('=') || _text.Take(':'))
                ParseAssigned(value, path, depth + 1);
            else
                throw _text.Error($"Unknown token, expected '=', ':' or '{{' after the key {key}");
            return;
        }
    }

    private void ParseBraces(HoconValue owner, string path, int depth)
    {
        ParseMembers(owner, path, depth);
        if (!_text.Take('}'))
            throw _text.Error($"The {{ of {path} is never closed");
    }

    private void ParseAssigned(HoconValue value, string path, int depth)
    {
        // An object stays, so that assigning another one merges the two.
        if (!value.IsObject())
            value.Clear();
        ParseValue(value, path, depth);
    }

    private void ParseValue(HoconValue owner, string path, int depth)
    {
        _text.SkipSpace();
        if (_text.AtEnd)
            throw _text.Error($"The text ends where the value of {path} should be");
        while (true)
        {
            if (_text.Take('{'))
                ParseBraces(owner, path, depth);
            else if (_text.Take('['))
                owner.AppendValue(ParseArray(path, depth + 1));
            else if (_text.Sees('"'))
                AppendText(owner, _text.ReadQuoted());
            else if (_text.Sees("${"))
                AppendSubstitution(owner, _text.ReadSubstitution());
            else if (_text.SeesUnquoted())
                AppendText(owner, _text.ReadUnquoted());
            else
                break;

            if (_text.ReadBlanks() is { Length: > 0 } blanks)
                owner.AppendValue(new HoconLiteral { Value = blanks });
        }

        _text.Take(',');
    }

    private HoconArray ParseArray(string path, int depth)
    {
        if (depth > MaxDepth)
            throw _text.Error($"Nested deeper than {MaxDepth} levels");
        var array = new HoconArray();
        // Nothing is skipped before the first element: as in the published parser, a blank between the brackets makes an element without value.
        for (; !_text.Take(']'); _text.SkipSpace())
        {
            if (_text.AtEnd)
                throw _text.Error($"The [ of {path} is never closed");
            var start = _text.Position;
            var element = new HoconValue();
            ParseValue(element, path, depth);
            if (_text.Position == start)
                throw _text.Error($"Unknown token in the list {path}");
            array.Add(element);
        }

        return array;
    }

    private void Include(HoconObject owner, string name, string path)
    {
        if (_include is null)
            throw new ConfigurationException($"Nothing to include \"{name}\" with: ParseString was given no callback.");
        var included = _include(name);
        foreach (var substitution in included.Substitutions)
        {
            substitution.Path = path + "." + substitution.Path;
            _substitutions.Add(substitution);
        }

        if (included.Value.GetObject() is { } members)
            owner.Merge(members);
    }

    private void AppendSubstitution(HoconValue owner, string path)
    {
        var substitution = new HoconSubstitution(path);
        _substitutions.Add(substitution);
        owner.AppendValue(substitution);
    }

    private static void AppendText(HoconValue owner, string value)
    {
        if (owner.IsObject())
            owner.Clear();
        owner.AppendValue(new HoconLiteral { Value = value });
    }

    private static HoconObject AsObject(HoconValue value)
    {
        if (!value.IsObject())
            value.NewValue(new HoconObject());
        return value.GetObject()!;
    }
}
