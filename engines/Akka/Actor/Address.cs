using System.Globalization;

namespace Akka.Actor;

/// <summary>Where an actor system is: <c>akka://system</c> in this process, <c>akka.tcp://system@host:port</c> from others.</summary>
public sealed class Address : IEquatable<Address>, IComparable<Address>, IComparable
{
    /// <summary>The address that stands for every system.</summary>
    public static readonly Address AllSystems = new("akka", "all-systems");

    /// <summary>Orders addresses by protocol, system, host and port.</summary>
    public static readonly IComparer<Address> Comparer = Comparer<Address>.Default;

    private readonly string _text;

    /// <summary>An address; without host and port it is local.</summary>
    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        Host = host?.ToLowerInvariant();
        Port = port;
        _text = Host is null ? $"{protocol}://{system}" : string.Create(CultureInfo.InvariantCulture, $"{protocol}://{system}@{Host}:{port}");
    }

    /// <summary>The host's name or number in lower case, or null.</summary>
    public string? Host { get; }

    /// <summary>The port, or null.</summary>
    public int? Port { get; }

    /// <summary>The actor system's name.</summary>
    public string System { get; }

    /// <summary>The protocol, such as <c>akka.tcp</c>.</summary>
    public string Protocol { get; }

    /// <summary>Whether it has no host, so that it means this process.</summary>
    public bool HasLocalScope => Host is null;

    /// <summary>Whether two addresses are the same.</summary>
    public static bool operator ==(Address? left, Address? right) => Equals(left, right);

    /// <summary>Whether two addresses differ.</summary>
    public static bool operator !=(Address? left, Address? right) => !Equals(left, right);

    /// <summary>Reads an address.</summary>
    /// <exception cref="UriFormatException">It is none.</exception>
    public static Address Parse(string address) => TryParse(address, out var parsed)
        ? parsed!
        : throw new UriFormatException($"\"{address}\" is not an actor system's address; expected protocol://system or protocol://system@host:port");

    /// <summary>Reads an address; what follows it (a path) is ignored.</summary>
    public static bool TryParse(string path, out Address? address) => TryParse(path, out address, out _);

    /// <summary>Reads an address and gives the path that follows it, <c>/</c> where there is none.</summary>
    public static bool TryParse(string path, out Address? address, out string? absolutUri)
    {
        (address, absolutUri) = (null, null);
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0 || !path.StartsWith("akka", StringComparison.OrdinalIgnoreCase)) return false;
        var slash = path.IndexOf('/', scheme + 3);
        var authority = slash < 0 ? path[(scheme + 3)..] : path[(scheme + 3)..slash];
        absolutUri = slash < 0 ? "/" : path[slash..];
        var at = authority.IndexOf('@');
        if (at < 0)
        {
            if (authority.Length == 0 || authority.Contains(':')) return false;
            address = new Address(path[..scheme], authority);
            return true;
        }

        var colon = authority.LastIndexOf(':');
        if (at == 0 || colon <= at + 1 || !ushort.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        address = new Address(path[..scheme], authority[..at], authority[(at + 1)..colon], port);
        return true;
    }

    /// <summary><c>system@host:port</c></summary>
    public string HostPort() => _text[(Protocol.Length + 3)..];

    /// <inheritdoc/>
    public bool Equals(Address? other) => other is not null && (ReferenceEquals(this, other) || _text == other._text);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public int CompareTo(Address? other) => other is null
        ? 1
        : (Protocol, System, Host, Port ?? 0).CompareTo((other.Protocol, other.System, other.Host, other.Port ?? 0));

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as Address);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
