using System.Buffers;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Nodes;

/// <summary>What those who belong to a cluster know and others do not.</summary>
internal sealed class ClusterToken
{
    /// <summary>Fewer characters can be guessed.</summary>
    public const int LeastLength = 32;

    private const int MostLength = 1_024;

    // Those of a bearer token in a header (RFC 6750, section 2.1).
    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    private readonly byte[] _hash;

    private ClusterToken(string value) => (Value, _hash) = (value, Hash(value));

    /// <summary>The token itself.</summary>
    public string Value { get; }

    /// <summary>The token of a file.</summary>
    /// <exception cref="UserErrorException">There is none, or one that keeps nobody out.</exception>
    public static ClusterToken Read(string path) => Read(SecretFile.Key("token-file"), path);

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="source">What names the file: a setting, an option or a variable.</param>
    /// <param name="path">The file.</param>
    public static ClusterToken Read(string source, string path) =>
        Parse($"{source}: the token in {path}", SecretFile.ReadLine(source, path), $"; make one with: openssl rand -hex 32 > '{path}'");

    /// <summary>A token that somebody gave.</summary>
    /// <param name="what">What an error calls it.</param>
    /// <param name="text">The token; white space around it does not count.</param>
    /// <param name="remedy">Added to an error.</param>
    /// <exception cref="UserErrorException">It is none.</exception>
    public static ClusterToken Parse(string what, string text, string remedy = "")
    {
        var value = text.Trim();
        var wrong = value.Length is < LeastLength or > MostLength
            ? FormattableString.Invariant($"{value.Length} characters; allowed: from {LeastLength} to {MostLength}")
            : value.AsSpan().ContainsAnyExcept(Allowed) ? "characters other than ASCII letters, digits and -._~+/=" : null;
        return wrong is null ? new ClusterToken(value) : throw new UserErrorException($"{what} has {wrong}{remedy}");
    }

    /// <summary>Whether a request's <c>Authorization</c> header has the token. The time it takes tells nothing about the token.</summary>
    public bool IsIn(string? authorization) =>
        AuthenticationHeaderValue.TryParse(authorization, out var header)
        && string.Equals(header.Scheme, "Bearer", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(header.Parameter ?? ""), _hash);

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
