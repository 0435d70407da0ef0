using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ActorRlhf.Model;

namespace ActorRlhf.Host.Nodes;

/// <summary>A node's certificate, and what it checks those of others by.</summary>
internal sealed class ClusterCertificates
{
    private static readonly string CertificateKey = SecretFile.Key("certificate"), TrustKey = SecretFile.Key("trust");
    private static readonly string PasswordKey = SecretFile.Key("certificate-password-file");

    private readonly X509Certificate2Collection _trusted;

    private ClusterCertificates(X509Certificate2? own, string? password, X509Certificate2Collection trusted) =>
        (Own, Password, _trusted) = (own, password, trusted);

    /// <summary>This node's, with its key; null without TLS.</summary>
    public X509Certificate2? Own { get; }

    /// <summary>The password of its file, if it has one.</summary>
    public string? Password { get; }

    /// <summary>Whether there is something to check others' by; without, it is what the machine trusts.</summary>
    public bool IsEmpty => _trusted.Count == 0;

    /// <summary>What others' are checked by, as PEM.</summary>
    public string TrustedPem => _trusted.ExportCertificatePems();

    /// <summary>Reads what the settings name.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="publicHost">The name or address that others reach this node by.</param>
    /// <exception cref="UserErrorException">A file cannot be used, or others would refuse the certificate.</exception>
    public static ClusterCertificates Read(NetworkSettings settings, string publicHost)
    {
        if (settings.Certificate is null && settings.CertificatePasswordFile is not null)
            throw new UserErrorException($"{PasswordKey} is set and {CertificateKey} is not; set both or neither");
        var password = settings.CertificatePasswordFile is { } file ? SecretFile.ReadLine(PasswordKey, file) : null;
        var own = settings.Certificate is { } path ? ReadOwn(path, password, settings.CertificatePasswordFile) : null;
        var certificates = new ClusterCertificates(own, password, settings.Trust is { } trust ? ReadTrust(trust) : own is null ? [] : [own]);
        if (own is not null && settings.Trust is not null) certificates.RequireOwnTrusted(settings, publicHost);
        return certificates;
    }

    /// <summary>
    /// Has a client trust these alone: a certificate that is among them, by whichever name it is reached (nobody else has its key), or one that chains to an
    /// authority among them and is for the name. What the machine trusts does not count.
    /// </summary>
    public void Protect(SslClientAuthenticationOptions options)
    {
        options.CertificateChainPolicy = Policy();
        options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            errors == SslPolicyErrors.None || (certificate is X509Certificate2 other && IsAmongTrusted(other));
    }

    private bool IsAmongTrusted(X509Certificate2 certificate) =>
        _trusted.Any(trusted => trusted.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));

    private X509ChainPolicy Policy()
    {
        // No revocation: an authority for one cluster has no list, and a check must not reach out to the network.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
        };
        foreach (var certificate in _trusted)
        {
            var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (isRoot ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
        }

        return policy;
    }

    private void RequireOwnTrusted(NetworkSettings settings, string publicHost)
    {
        if (IsAmongTrusted(Own!)) return;
        using var chain = new X509Chain { ChainPolicy = Policy() };
        if (!chain.Build(Own!))
        {
            var reasons = string.Join(" ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());
            throw new UserErrorException($"{CertificateKey}: {settings.Certificate} does not chain to {TrustKey} = {settings.Trust}, "
                + $"so other nodes would refuse it: {reasons}; put the authority's root certificate, and those between, into {settings.Trust}");
        }

        if (!Own!.MatchesHostname(publicHost))
        {
            var kind = IPAddress.TryParse(publicHost, out _) ? "IP" : "DNS";
            throw new UserErrorException($"{CertificateKey}: {settings.Certificate} ({Own.Subject}) is not for {publicHost}, by which others reach this node, "
                + $"so they would refuse it; have one made with subjectAltName={kind}:{publicHost}, "
                + $"or set {SecretFile.Key("public-hostname")} to a name that it is for");
        }
    }

    private static X509Certificate2 ReadOwn(string path, string? password, string? passwordFile)
    {
        var bytes = SecretFile.Read(CertificateKey, path);
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadPkcs12(bytes, password);
        }
        catch (CryptographicException error)
        {
            var opener = passwordFile is null ? $"no password opens (is {PasswordKey} missing?)" : $"the password in {passwordFile} opens";
            throw new UserErrorException($"{CertificateKey}: {path} is not a PKCS#12 file that {opener}: {error.Message}", error);
        }

        if (!certificate.HasPrivateKey)
        {
            throw new UserErrorException($"{CertificateKey}: {path} has a certificate without its private key; make it with: "
                + "openssl pkcs12 -export -inkey key.pem -in certificate.pem -out node.p12");
        }

        var now = DateTime.Now;
        var (from, to) = (certificate.NotBefore, certificate.NotAfter);
        var late = now > to ? FormattableString.Invariant($"expired at {to.ToUniversalTime():u}; have a new one made")
            : now < from ? FormattableString.Invariant($"is not valid before {from.ToUniversalTime():u}; is this machine's clock right?")
            : null;
        return late is null ? certificate : throw new UserErrorException($"{CertificateKey}: {path} ({certificate.Subject}) {late}");
    }

    private static X509Certificate2Collection ReadTrust(string path)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPem(Encoding.UTF8.GetString(SecretFile.ReadPublic(TrustKey, path)));
        }
        catch (CryptographicException error)
        {
            throw new UserErrorException($"{TrustKey}: {path} has a certificate that cannot be read: {error.Message}", error);
        }

        return trusted.Count > 0
            ? trusted
            : throw new UserErrorException($"{TrustKey}: {path} has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
    }
}
