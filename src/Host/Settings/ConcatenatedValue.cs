using System.Text;

namespace ActorRlhf.Host.Settings;

/// <summary>The pieces that HOCON joins to one value: texts with the blanks between them, substitutions, lists.</summary>
internal sealed class ConcatenatedValue
{
    private readonly StringBuilder _built = new();
    private readonly StringBuilder _text = new();
    private int _pieces;
    private bool _isNull;

    /// <summary>Whether text is among the pieces.</summary>
    public bool HasText { get; private set; }

    /// <summary>Whether a list is among the pieces.</summary>
    public bool HasList { get; private set; }

    /// <summary>Whether a substitution is among the pieces.</summary>
    public bool HasSubstitution { get; private set; }

    /// <summary>The paths of the substitutions in it, at any depth.</summary>
    public List<string> Targets { get; } = [];

    /// <summary>The elements its lists have so far.</summary>
    public int Elements { get; set; }


    public void AddText(string blanks, string text, bool quoted)
    {
        _isNull = _pieces++ == 0 && !quoted && text == "null";
        HasText = true;
        _text.Append(blanks).Append(text);
    }

    /// <summary>An environment variable that is not set: only the blanks before it remain.</summary>
    public void AddNothing(string blanks)
    {
        _pieces++;
        _text.Append(blanks);
    }

    public void AddSubstitution(string blanks, string target)
    {
        _pieces++;
        _text.Append(HasList ? "" : blanks);
        EndText();
        _built.Append("${").Append(target).Append('}');
        Targets.Add(target);
        HasSubstitution = true;
    }

    public void AddList(string list)
    {
        _pieces++;
        _built.Append(list);
        HasList = true;
    }

    /// <summary>The whole in HOCON and its kind, or null where nothing is in it.</summary>
    public (string Text, SettingsComposition.ValueKind Kind, List<string> Targets)? Build()
    {
        if (!HasText && !HasList && !HasSubstitution)
            return null;
        if (_pieces == 1 && _isNull)
            return ("null", SettingsComposition.ValueKind.Text, Targets);
        if (!HasList)
            EndText();
        if (_built.Length == 0)
            _built.Append("\"\"");
        var kind = HasList ? SettingsComposition.ValueKind.List
            : HasSubstitution && _pieces == 1 ? SettingsComposition.ValueKind.Substitution
            : SettingsComposition.ValueKind.Text;
        return (_built.ToString(), kind, Targets);
    }

    private void EndText()
    {
        if (_text.Length > 0)
            _built.Append(KeyPath.QuoteText(_text.ToString()));
        _text.Clear();
    }
}
