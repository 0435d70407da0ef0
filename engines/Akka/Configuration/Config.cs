using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>
/// A tree of settings read from HOCON, with Akka.NET 1.5's lookups. A path is a dotted list of keys; a key that
/// contains dots stands in double quotes: <c>a."b.c".d</c>. A getter returns its default where the path is absent.
/// </summary>
public class Config
{
    /// <summary>A configuration without keys.</summary>
    public static readonly Config Empty = ConfigurationFactory.Empty;

    /// <summary>A configuration without even a root; only <see cref="IsEmpty"/> may be asked of it.</summary>
    public Config()
    {
    }

    /// <summary>The configuration below a parsed root.</summary>
    public Config(HoconRoot root)
    {
        Value = root.Value ?? throw new ArgumentNullException(nameof(root), "The root value cannot be null.");
        Root = root.Value;
        Substitutions = root.Substitutions;
    }

    /// <summary>What lookups fall back to where this configuration has no value, or null.</summary>
    public Config? Fallback { get; private set; }

    /// <summary>The tree that lookups read: this configuration's own keys over those of its fallbacks.</summary>
    public virtual HoconValue? Root { get; private set; }

    /// <summary>The substitutions of the text this came from.</summary>
    public IEnumerable<HoconSubstitution> Substitutions { get; set; } = [];

    /// <summary>Whether there is nothing in it.</summary>
    public virtual bool IsEmpty => Root is null || Root.IsEmpty;

    /// <summary>The keys of this configuration alone.</summary>
    private HoconValue? Value { get; set; }

    /// <summary>Reads a configuration from HOCON text.</summary>
    public static implicit operator Config(string hocon) => ConfigurationFactory.ParseString(hocon);

    /// <summary>The value at a path, or null.</summary>
    public HoconValue? GetValue(string path) => GetNode(path);

    /// <summary>Whether a path is there; a value of <c>null</c> is.</summary>
    public virtual bool HasPath(string path) => GetNode(path) is not null;

    /// <summary>The text at a path; null also where the value is <c>null</c>, an object or a list.</summary>
    public virtual string? GetString(string path, string? @default = null) => GetNode(path) is { } value ? value.GetString() : @default;

    /// <summary>The truth value at a path: <c>true</c>, <c>on</c>, <c>false</c> or <c>off</c>.</summary>
    /// <exception cref="NotSupportedException">It is none of the four.</exception>
    public virtual bool GetBoolean(string path, bool @default = false) => GetNode(path)?.GetBoolean() ?? @default;

    /// <summary>The whole number at a path.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public virtual int GetInt(string path, int @default = 0) => GetNode(path)?.GetInt() ?? @default;

    /// <inheritdoc cref="GetInt"/>
    public virtual long GetLong(string path, long @default = 0) => GetNode(path)?.GetLong() ?? @default;

    /// <summary>The number at a path.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public virtual float GetFloat(string path, float @default = 0) => GetNode(path)?.GetFloat() ?? @default;

    /// <inheritdoc cref="GetFloat"/>
    public virtual double GetDouble(string path, double @default = 0) => GetNode(path)?.GetDouble() ?? @default;

    /// <inheritdoc cref="GetFloat"/>
    public virtual decimal GetDecimal(string path, decimal @default = 0) => GetNode(path)?.GetDecimal() ?? @default;

    /// <summary>The number of bytes at a path, such as <c>128 kB</c> (1000s) or <c>64MiB</c> (1024s).</summary>
    /// <exception cref="FormatException">It is not a size.</exception>
    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    /// <inheritdoc cref="GetByteSize(string)"/>
    public virtual long? GetByteSize(string path, long? def = null) => GetNode(path) is { } value ? value.GetByteSize() : def;

    /// <summary>The duration at a path, such as <c>5s</c>, <c>1.5 minutes</c> or <c>infinite</c>; a bare number is milliseconds.</summary>
    /// <exception cref="FormatException">It is not a duration.</exception>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        GetNode(path)?.GetTimeSpan(allowInfinite) ?? @default.GetValueOrDefault();

    /// <summary>The texts of the list at a path; empty where the path is absent.</summary>
    public virtual IList<string?> GetStringList(string path) => GetNode(path)?.GetStringList() ?? [];

    /// <summary>The texts of the list at a path, or <paramref name="defaultPaths"/> where the path is absent.</summary>
    public virtual IList<string?> GetStringList(string path, string[] defaultPaths) => GetNode(path)?.GetStringList() ?? defaultPaths;

    /// <summary>The truth values of the list at a path.</summary>
    /// <exception cref="NullReferenceException">The path is absent.</exception>
    public virtual IList<bool> GetBooleanList(string path) => GetNode(path)!.GetBooleanList();

    /// <summary>The numbers of the list at a path.</summary>
    /// <exception cref="NullReferenceException">The path is absent.</exception>
    public virtual IList<int> GetIntList(string path) => GetNode(path)!.GetIntList();

    /// <inheritdoc cref="GetIntList"/>
    public virtual IList<long> GetLongList(string path) => GetNode(path)!.GetLongList();

    /// <inheritdoc cref="GetIntList"/>
    public virtual IList<float> GetFloatList(string path) => GetNode(path)!.GetFloatList();

    /// <inheritdoc cref="GetIntList"/>
    public virtual IList<double> GetDoubleList(string path) => GetNode(path)!.GetDoubleList();

    /// <inheritdoc cref="GetIntList"/>
    public virtual IList<decimal> GetDecimalList(string path) => GetNode(path)!.GetDecimalList();

    /// <summary>The part of the tree below a path with its fallbacks, or null where there is none.</summary>
    public virtual Config? GetConfig(string path)
    {
        var here = GetNode(path) is { } value ? new Config(new HoconRoot(value)) : null;
        var below = Fallback?.GetConfig(path);
        return here is null ? below : here.WithFallback(below);
    }

    /// <summary>This configuration with another below it: what is absent here is looked up there.</summary>
    /// <exception cref="ArgumentException"><paramref name="fallback"/> is this configuration.</exception>
    public virtual Config WithFallback(Config? fallback)
    {
        if (fallback == this)
            throw new ArgumentException("Config can not have itself as fallback", nameof(fallback));
        if (fallback is null)
            return this;
        if (IsEmpty)
            return fallback;
        if (fallback.Root?.GetObject() is not { } below || Root!.GetObject() is not { } above)
            return this;

        var merged = new HoconValue();
        merged.AppendValue(below.MergeImmutable(above));
        var copy = Copy(fallback);
        copy.Root = merged;
        return copy;
    }

    /// <summary>The keys of the root and their values, this configuration's first, then what only fallbacks have.</summary>
    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable()
    {
        var seen = new HashSet<string>();
        for (var current = this; current is not null; current = current.Fallback)
        {
            foreach (var item in current.Root?.GetObject()?.Items ?? [])
            {
                if (seen.Add(item.Key))
                    yield return item;
            }
        }
    }

    /// <summary>This configuration's own keys as HOCON.</summary>
    public override string ToString() => Value?.ToString() ?? "";

    /// <summary>This configuration as HOCON, with what it inherits where <paramref name="includeFallback"/> says so.</summary>
    public string ToString(bool includeFallback) => includeFallback ? Root?.ToString() ?? "" : ToString();

    private Config Copy(Config fallback) => new()
    {
        Fallback = Fallback is null ? fallback : Fallback.Copy(fallback),
        Root = Root,
        Value = Value,
        Substitutions = Substitutions,
    };

    private HoconValue? GetNode(string path)
    {
        var node = Root ?? throw new InvalidOperationException("Current node should not be null");
        foreach (var key in HoconPath.Split(path))
        {
            if (node.GetChildObject(key) is not { } child)
                return null;
            node = child;
        }

        return node;
    }
}
