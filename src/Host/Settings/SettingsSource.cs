using System.Text;
using ActorRlhf.Model;
using static ActorRlhf.Host.Settings.SettingsComposition;

namespace ActorRlhf.Host.Settings;

/// <summary>
/// Reads one configuration text by recursive descent, strictly, and writes it to the composition in the plain dialect that Akka.NET's parser
/// cannot misread: a member a line, every text quoted.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="composition">What it becomes part of.</param>
/// <param name="folder">The folder that includes are relative to.</param>
/// <param name="name">What errors call the text.</param>
internal sealed class SettingsSource(SettingsText text, SettingsComposition composition, string folder, string name)
{
    /// <summary>Reads the text to its end as members of the object at <paramref name="path"/>.</summary>
    /// <exception cref="UserErrorException">It is malformed.</exception>
    public void ReadAll(string path, int depth)
    {
        text.SkipSpace();
        var open = text.Position();
        var braces = text.Take('{');
        ReadMembers(path, depth);
        if (braces && !text.Take('}'))
            throw text.Error($"the {{ of {open} is never closed");
        text.SkipSpace();
        if (!text.AtEnd)
            throw text.Error($"found {text.Next()} where the text should end");
    }

    private void ReadMembers(string path, int depth)
    {
        for (text.SkipSpace(); !text.AtEnd && !text.Sees('}');)
        {
            if (text.TakeInclude())
                Include(path, depth);
            else
                ReadMember(path, depth);

            var separated = text.SkipSpace();
            if (text.Take(','))
                text.SkipSpace();
            else if (!separated && !text.AtEnd && !text.Sees('}'))
                throw text.Error($"expected a new line or a comma, found {text.Next()}; text with such a sign needs double quotes");
        }
    }

    private void ReadMember(string path, int depth)
    {
        var mark = composition.Output.Length;
        while (true)
        {
            RefuseDepth(++depth);
            var position = text.Position();
            var key = text.ReadKey();
            path = KeyPath.Append(path, key);
            composition.Output.Append(KeyPath.Quote(key));
            text.SkipSpace();
            if (text.Take('.'))
            {
                DeclareObject(path, position);
                composition.Output.Append('.');
                text.SkipSpace();
                continue;
            }

            var plus = text.Take('+') || key.EndsWith('+');
            var assigned = text.Take('=') || text.Take(':');
            if (assigned && plus)
                throw text.Error("Akka.NET's HOCON has no +=; give the whole list with =");
            if (assigned)
                text.SkipSpace();
            if (text.Sees('{'))
                ReadObject(path, depth, position);
            else if (assigned)
                ReadAssigned(path, depth, position, mark);
            else
                throw text.Error($"expected '=', ':' or '{{' after the key {path}, found {text.Next()}");
            return;
        }
    }

    private void ReadObject(string path, int depth, SourcePosition position)
    {
        DeclareObject(path, position);
        text.Take('{');
        composition.Output.Append(" {\n");
        ReadMembers(path, depth);
        if (!text.Take('}'))
            throw text.Error($"the {{ of {path} ({position}) is never closed");
        composition.Output.Append("}\n");
    }

    private void ReadAssigned(string path, int depth, SourcePosition position, int mark)
    {
        var before = composition.KindOf(path);
        if (ReadValue(path, depth) is not { } value)
        {
            composition.Output.Length = mark;
            return;
        }

        // Akka.NET appends a list or a substitution to an object that was there before, where it replaces any other value.
        var key = composition.Output.ToString(mark, composition.Output.Length - mark);
        if (before == ValueKind.Object && value.Kind != ValueKind.Text)
            composition.Output.Append(" = null\n").Append(key);
        composition.Output.Append(" = ").Append(value.Text).Append('\n');
        composition.Declare(path, value.Kind, position);
        foreach (var target in value.Targets)
            composition.Substitute(path, target, position);
    }

    /// <summary>The value that comes next, in HOCON; null for <c>${?VARIABLE}</c> that is not set, which assigns nothing.</summary>
    private (string Text, ValueKind Kind, List<string> Targets)? ReadValue(string path, int depth)
    {
        if (!text.SeesValue)
            throw text.Error($"expected a value for {path}, found {text.Next()}; text with such a sign needs double quotes");
        var value = new ConcatenatedValue();
        for (var blanks = ""; text.SeesValue; blanks = text.ReadBlanks())
        {
            if (text.Sees('{'))
                throw text.Error($"an object cannot be joined to what stands before it in {path}");
            if (text.Take('['))
            {
                if (value.HasText)
                    throw text.Error($"a list cannot be joined to text in {path}");
                value.AddList(ReadList(path, depth + 1, value));
                continue;
            }

            if (value.HasList && !text.Sees('$'))
                throw text.Error($"text cannot be joined to a list in {path}");
            if (text.Sees('"'))
                value.AddText(blanks, text.ReadQuoted(), quoted: true);
            else if (!text.Sees('$'))
                value.AddText(blanks, text.ReadUnquoted(), quoted: false);
            else
                AddSubstitution(value, blanks, path);
        }

        return value.Build();
    }

    private void AddSubstitution(ConcatenatedValue value, string blanks, string path)
    {
        var (target, optional) = text.ReadSubstitution();
        if (!optional)
            value.AddSubstitution(blanks, target);
        else if (composition.Variable(target) is not { } found)
            value.AddNothing(blanks);
        else if (value.HasList)
            throw text.Error($"text cannot be joined to a list in {path}");
        else
            value.AddText(blanks, found, quoted: true);
    }

    private string ReadList(string path, int depth, ConcatenatedValue owner)
    {
        RefuseDepth(depth);
        var open = text.Position();
        var list = new StringBuilder("[");
        for (text.SkipSpace(); !text.Take(']');)
        {
            if (text.AtEnd)
                throw text.Error($"the [ of {path} ({open}) is never closed");
            var element = ReadElement($"{path}[{owner.Elements}]", depth, owner);
            if (element is not null)
            {
                owner.Elements++;
                list.Append(list.Length > 1 ? "," : "").Append(element);
            }

            var separated = text.SkipSpace();
            if (text.Take(','))
                text.SkipSpace();
            else if (!separated && !text.Sees(']'))
                throw text.Error($"expected a comma or ']' in the list {path}, found {text.Next()}; text with such a sign needs double quotes");
        }

        return list.Append(']').ToString();
    }

    private string? ReadElement(string path, int depth, ConcatenatedValue owner)
    {
        var position = text.Position();
        if (!text.Sees('{'))
        {
            if (ReadValue(path, depth) is not { } value)
                return null;
            // Behind a substitution nobody knows an element's number yet.
            if (!owner.HasSubstitution)
                composition.Declare(path, value.Kind, position);
            owner.Targets.AddRange(value.Targets);
            return value.Text;
        }

        var mark = composition.Output.Length;
        RefuseDepth(depth + 1);
        ReadObject(path, depth + 1, position);
        var element = composition.Output.ToString(mark, composition.Output.Length - mark).Trim();
        composition.Output.Length = mark;
        return element;
    }

    private void Include(string path, int depth)
    {
        var position = text.Position();
        var included = text.ReadQuoted();
        RefuseDepth(depth + 1);
        composition.ReadFile(Path.Combine(folder, included), Path.Combine(Path.GetDirectoryName(name) ?? "", included), path, depth + 1, position);
    }

    private void DeclareObject(string path, SourcePosition position)
    {
        if (composition.KindOf(path) == ValueKind.Substitution)
        {
            throw text.Error(
                $"{path} is a substitution ({composition.Find(path)}), and Akka.NET's HOCON cannot add keys to one; include a file instead");
        }

        composition.Declare(path, ValueKind.Object, position);
    }

    private void RefuseDepth(int depth)
    {
        if (depth > MaxDepth)
            throw text.Error($"nested deeper than {MaxDepth} levels");
    }
}
