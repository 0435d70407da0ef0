using System.Text;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Settings;

/// <summary>
/// Several texts (a file, what it includes, command-line overrides) becoming one HOCON text that needs no file, no environment and
/// no mercy: Akka.NET's parser knows neither <c>${?VARIABLE}</c> nor files, overflows the stack on deep nesting and reads on where text is
/// malformed, so all of that is settled before it sees a character.
/// </summary>
/// <param name="environment">Looks up an environment variable; null where it is not set.</param>
internal sealed class SettingsComposition(Func<string, string?> environment)
{
    /// <summary>How deep objects, lists and dotted keys may nest together.</summary>
    public const int MaxDepth = 100;

    private const int MaxSubstitutions = 1000;
    private const int MaxSubstitutionChain = 16;
    private const int MaxIncludes = 100;

    private readonly Dictionary<string, (ValueKind Kind, SourcePosition Position)> _keys = [];
    private readonly Dictionary<string, List<Substitution>> _substitutions = [];
    private readonly List<(string Path, string Name)> _including = [];
    private int _includes;

    /// <summary>What stands at a key.</summary>
    public enum ValueKind
    {
        Text,
        List,
        Object,
        Substitution,
    }

    /// <summary>The text so far.</summary>
    public StringBuilder Output { get; } = new();

    /// <summary>Where each key was last given.</summary>
    public SourcePosition? Find(string path) => _keys.TryGetValue(path, out var key) ? key.Position : null;

    /// <summary>The value of an environment variable, or null.</summary>
    public string? Variable(string name) => environment(name);

    /// <summary>What stands at a path so far, or null.</summary>
    public ValueKind? KindOf(string path) => _keys.TryGetValue(path, out var key) ? key.Kind : null;

    /// <summary>Notes that a path now has a value; earlier substitutions there no longer count.</summary>
    public void Declare(string path, ValueKind kind, SourcePosition position)
    {
        _keys[path] = (kind, position);
        if (kind != ValueKind.Object)
            _substitutions.Remove(path);
    }

    /// <summary>Notes that the value at <paramref name="path"/> takes in the one at <paramref name="target"/>.</summary>
    public void Substitute(string path, string target, SourcePosition position)
    {
        if (_substitutions.Values.Sum(list => list.Count) >= MaxSubstitutions)
            throw new UserErrorException($"{position}: more than {MaxSubstitutions} substitutions; write values out");
        if (!_substitutions.TryGetValue(path, out var list))
            _substitutions[path] = list = [];
        list.Add(new Substitution(path, target.Split('.').Aggregate("", KeyPath.Append), position));
    }

    /// <summary>Reads a whole file in at <paramref name="path"/>.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="path">The key below which its keys go.</param>
    /// <param name="depth">The nesting so far.</param>
    /// <param name="from">Where it is included, if it is.</param>
    public void ReadFile(string file, string name, string path, int depth, SourcePosition? from)
    {
        var full = Path.GetFullPath(file);
        var prefix = from is { } at ? $"{at}: include \"{name}\": " : $"{name}: ";
        if (_including.FindIndex(each => each.Path == full) is >= 0 and var first)
        {
            var circle = _including.Skip(first).Select(each => each.Name).Append(name);
            throw new UserErrorException($"{prefix}files include each other in a circle: {string.Join(" → ", circle)}");
        }

        if (from is not null && ++_includes > MaxIncludes)
            throw new UserErrorException($"{prefix}more than {MaxIncludes} includes");

        var text = Decode(Bytes(full, prefix), name);
        _including.Add((full, name));
        Read(new SettingsText(name, text.TrimStart('\ufeff'), isOption: false), Path.GetDirectoryName(file) ?? "", name, path, depth);
        _including.RemoveAt(_including.Count - 1);
    }

    /// <summary>Reads a whole text in; includes are relative to <paramref name="folder"/>.</summary>
    public void Read(SettingsText text, string folder = "", string name = "", string path = "", int depth = 0) =>
        new SettingsSource(text, this, folder, name).ReadAll(path, depth);

    /// <summary>Checks what only the whole can show: that each substitution has a target and none contains itself.</summary>
    public void Finish()
    {
        var all = _substitutions.Values.SelectMany(list => list).ToList();
        var depths = new Dictionary<Substitution, int>();
        foreach (var substitution in all)
        {
            if (!_keys.ContainsKey(substitution.Target) && !HasSubstitutedAncestor(substitution.Target))
            {
                var target = substitution.Target;
                throw substitution.Error($"there is no key {target}; an environment variable is written ${{?{target}}}");
            }

            Chain(substitution, all, depths);
        }
    }

    /// <summary>UTF-8 text.</summary>
    public static string Decode(byte[] bytes, string name)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            var line = bytes.AsSpan(0, Math.Max(0, error.Index)).Count((byte)'\n') + 1;
            throw new UserErrorException($"{name} line {line}: not UTF-8 text; save the file as UTF-8", error);
        }
    }

    private static byte[] Bytes(string full, string prefix)
    {
        try
        {
            return File.ReadAllBytes(full);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{prefix}no such file ({full})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{prefix}cannot be read: {error.Message}", error);
        }
    }

    private bool HasSubstitutedAncestor(string path)
    {
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (KindOf(path[..dot]) == ValueKind.Substitution)
                return true;
        }

        return false;
    }

    /// <summary>The longest chain of substitutions that begins here; -1 marks one that is still being followed.</summary>
    private static int Chain(Substitution from, List<Substitution> all, Dictionary<Substitution, int> depths)
    {
        if (depths.TryGetValue(from, out var known))
            return known >= 0 ? known : throw from.Error($"{from.Path} would contain itself");
        depths[from] = -1;
        var longest = 0;
        foreach (var next in all)
        {
            if (KeyPath.IsAtOrBelow(next.Path, from.Target) || KeyPath.IsAtOrBelow(from.Target, next.Path))
                longest = Math.Max(longest, Chain(next, all, depths) + 1);
        }

        if (longest > MaxSubstitutionChain)
            throw from.Error($"more than {MaxSubstitutionChain} substitutions of substitutions");
        return depths[from] = longest;
    }

    private sealed class Substitution(string path, string target, SourcePosition position)
    {
        public string Path => path;

        public string Target => target;

        public UserErrorException Error(string message) => new($"{position}: {path} = ${{{target}}}: {message}");
    }
}
