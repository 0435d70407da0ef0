using System.Globalization;

namespace Akka.Actor;

/// <summary>
/// The name of an actor: <c>akka://system/user/parent/child</c>. Its uid tells incarnations of the same name apart; it counts neither for equality
/// nor in <see cref="ToString"/>, but in <see cref="ToSerializationFormat"/>.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    /// <summary>What a name may have besides letters and digits.</summary>
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    private string? _text;
    private int _hash;

    private protected ActorPath(Address address, ActorPath? parent, string name, long uid)
    {
        Address = address;
        ParentOrNull = parent;
        Name = name;
        Uid = uid;
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    /// <summary>The system's address.</summary>
    public Address Address { get; }

    /// <summary>The last element; empty for the root.</summary>
    public string Name { get; }

    /// <summary>The incarnation, 0 where it is not known.</summary>
    public long Uid { get; }

    /// <summary>How many elements it has.</summary>
    public int Depth { get; }

    /// <summary>The path above it; the root is above itself.</summary>
    public ActorPath Parent => ParentOrNull ?? this;

    /// <summary>The path without elements.</summary>
    public ActorPath Root
    {
        get
        {
            var path = this;
            while (path.ParentOrNull is { } parent) path = parent;
            return path;
        }
    }

    /// <summary>The names from the root down.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new string[Depth];
            for (var path = this; path.ParentOrNull is not null; path = path.ParentOrNull) elements[path.Depth - 1] = path.Name;
            return elements;
        }
    }

    private ActorPath? ParentOrNull { get; }

    /// <summary>A child's path.</summary>
    public static ActorPath operator /(ActorPath path, string name) => path.Child(name);

    /// <summary>A descendant's path.</summary>
    public static ActorPath operator /(ActorPath path, IEnumerable<string> name) => name.Aggregate(path, (above, element) => above.Child(element));

    /// <summary>Whether two paths are the same, whatever the incarnation.</summary>
    public static bool operator ==(ActorPath? left, ActorPath? right) => Equals(left, right);

    /// <summary>Whether two paths differ.</summary>
    public static bool operator !=(ActorPath? left, ActorPath? right) => !Equals(left, right);

    /// <summary>Whether a name is one that an actor may have: ASCII letters, digits, <see cref="ValidSymbols"/> and %-escapes, no <c>$</c> at the front.</summary>
    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$') return false;
        for (var i = 0; i < s.Length; i++)
        {
            if (s[i] == '%')
            {
                if (i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2])) return false;
                i += 2;
            }
            else if (!char.IsAsciiLetterOrDigit(s[i]) && !ValidSymbols.Contains(s[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads a path with its address.</summary>
    /// <exception cref="UriFormatException">It is none.</exception>
    public static ActorPath Parse(string path) => TryParse(path, out var parsed)
        ? parsed!
        : throw new UriFormatException($"\"{path}\" is not an actor's path; expected protocol://system/user/name or protocol://system@host:port/user/name");

    /// <summary>Reads a path with its address.</summary>
    public static bool TryParse(string path, out ActorPath? actorPath)
    {
        actorPath = null;
        if (!Address.TryParse(path, out var address, out var rest)) return false;
        var uid = 0L;
        var fragment = rest!.LastIndexOf('#');
        if (fragment >= 0)
        {
            if (!long.TryParse(rest.AsSpan(fragment + 1), NumberStyles.None, CultureInfo.InvariantCulture, out uid)) return false;
            rest = rest[..fragment];
        }

        var elements = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        actorPath = new RootActorPath(address!);
        for (var i = 0; i < elements.Length; i++)
            actorPath = new ChildActorPath(actorPath, elements[i], i == elements.Length - 1 ? uid : 0);
        return true;
    }

    /// <summary><c>/user/parent/child</c> from its elements.</summary>
    public static string FormatPathElements(IEnumerable<string> pathElements) => "/" + string.Join('/', pathElements);

    /// <summary>A child's path. <c>a/b</c> gives a grandchild's.</summary>
    public ActorPath Child(string childName) => childName.Contains('/')
        ? this / childName.Split('/', StringSplitOptions.RemoveEmptyEntries)
        : new ChildActorPath(this, childName, 0);

    /// <summary>The path of another incarnation.</summary>
    public ActorPath WithUid(long uid) => uid == Uid || ParentOrNull is null ? this : new ChildActorPath(ParentOrNull, Name, uid);

    /// <summary><c>/user/parent/child</c></summary>
    public string ToStringWithoutAddress() => FormatPathElements(Elements);

    /// <summary>The path as other processes see it: with <paramref name="address"/> where its own has no host.</summary>
    public string ToStringWithAddress(Address address) =>
        IgnoresAddress || Address.Host is not null ? ToString() : address + ToStringWithoutAddress();

    /// <summary>The path with its uid.</summary>
    public string ToSerializationFormat() => AppendUid(ToString());

    /// <summary>The path with its uid as other processes see it.</summary>
    public string ToSerializationFormatWithAddress(Address address) => AppendUid(ToStringWithAddress(address));

    /// <inheritdoc/>
    public bool Equals(ActorPath? other)
    {
        var own = this;
        while (!ReferenceEquals(own, other))
        {
            if (own is null || other is null || own.Depth != other.Depth || own.Name != other.Name) return false;
            if (own.ParentOrNull is null) return own.Address == other.Address;
            own = own.ParentOrNull;
            other = other.ParentOrNull;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0) _hash = ParentOrNull is null ? HashCode.Combine(Address, Name) : HashCode.Combine(ParentOrNull.GetHashCode(), Name);
        return _hash;
    }

    /// <inheritdoc/>
    public int CompareTo(ActorPath? other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    /// <inheritdoc/>
    public override string ToString() => _text ??= Address + ToStringWithoutAddress();

    // Nobody's path means the same in every process.
    private bool IgnoresAddress => Address == Address.AllSystems;

    private string AppendUid(string path) => Uid == 0 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}#{Uid}");
}

/// <summary>The path above every actor of a system.</summary>
public sealed class RootActorPath(Address address, string name = "") : ActorPath(address, null, name, 0);

/// <summary>The path of an actor below another.</summary>
public sealed class ChildActorPath(ActorPath parentPath, string name, long uid) : ActorPath(parentPath.Address, parentPath, name, uid);
