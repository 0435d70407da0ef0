using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Host.Nodes;

/// <summary>How a node is on the network. <see cref="ClusterNetwork.Open"/> checks it as a whole.</summary>
public sealed record NetworkSettings
{
    /// <summary>The section of a configuration file that these are.</summary>
    public const string Section = "rlhf.network";

    /// <summary>The interface that remoting and HTTP listen on: an address or a name; 0.0.0.0 or :: for all of them.</summary>
    public string Hostname { get; init; } = "127.0.0.1";

    /// <summary>What others reach this node by, an address or a name; null for <see cref="Hostname"/>.</summary>
    public string? PublicHostname { get; init; }

    /// <summary>The port of remoting; 0 for any that is free.</summary>
    [Range(0, 65_535)]
    public int Port { get; init; }

    /// <summary>The port of HTTP; 0 for any that is free.</summary>
    [Range(0, 65_535)]
    public int HttpPort { get; init; }

    /// <summary>The file with the cluster's token, the same on every node; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The file with the token of those who may see and steer the run, but not be a node; null for none.</summary>
    public string? OperatorTokenFile { get; init; }

    /// <summary>The file with the token of those who may see the run and change nothing; null for none.</summary>
    public string? ReadTokenFile { get; init; }

    /// <summary>The PKCS#12 file with this node's certificate and private key; null for no TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file with the password of <see cref="Certificate"/>; null where it has none.</summary>
    public string? CertificatePasswordFile { get; init; }

    /// <summary>
    /// The PEM file with what others' certificates are checked by: authorities that they must chain to, or the certificates themselves. Null where every node
    /// has the same <see cref="Certificate"/>.
    /// </summary>
    public string? Trust { get; init; }
}
