using System.Text.Json.Serialization;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Operations;

/// <summary>What an operator shows to nodes, and knows them by. An operator is no member of the cluster and needs no certificate.</summary>
public sealed record OperatorAccess
{
    /// <summary>The token; goes before <see cref="TokenFile"/>.</summary>
    [JsonIgnore]
    public string? Token { get; init; }

    /// <summary>The file with the token.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The PEM file with what nodes' certificates are checked by; null for <see cref="Certificate"/>.</summary>
    public string? Trust { get; init; }

    /// <summary>The PKCS#12 file of a node of this machine, where all nodes have the same; null for what the machine trusts.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file with the password of <see cref="Certificate"/>.</summary>
    public string? CertificatePasswordFile { get; init; }

    /// <summary>Whether there is a token to show.</summary>
    [JsonIgnore]
    public bool HasToken => Token is not null || TokenFile is not null;

    /// <summary>As a node of this machine has it.</summary>
    /// <param name="network">The node's settings. Their paths become absolute, so that they hold in any folder.</param>
    public static OperatorAccess Of(NetworkSettings network) => new()
    {
        TokenFile = Full(network.TokenFile),
        Trust = Full(network.Trust),
        Certificate = Full(network.Certificate),
        CertificatePasswordFile = Full(network.CertificatePasswordFile),
    };

    /// <summary>A client of nodes' HTTP, see <see cref="ClusterNetwork.CreateClient"/>. It is the caller's to dispose.</summary>
    /// <exception cref="UserErrorException">A file cannot be used, or the token is none.</exception>
    public HttpClient CreateClient()
    {
        var token = Token is not null ? ClusterToken.Parse("the operator's token", Token) : TokenFile is not null ? ClusterToken.Read("token-file", TokenFile) : null;
        var network = Trust is not null ? new NetworkSettings { Trust = Trust }
            : new NetworkSettings { Certificate = Certificate, CertificatePasswordFile = CertificatePasswordFile };
        return new HttpClient(new ClusterRequests(token, ClusterCertificates.Read(network, ""))) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static string? Full(string? path) => path is null ? null : Path.GetFullPath(path);
}
