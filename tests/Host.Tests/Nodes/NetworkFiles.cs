using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Tests.Nodes;

/// <summary>Tokens and certificates made for a test, in a folder that goes with it.</summary>
internal sealed class NetworkFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<X509Certificate2> _made = [];
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>Where a file is.</summary>
    public string In(string name) => _folder.In(name);

    /// <summary>A file that its owner alone may read.</summary>
    public string Secret(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(In(name), content);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(In(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return In(name);
    }

    /// <summary>A good token; another letter makes another.</summary>
    public string Token(char letter = 'a') => Secret($"token-{letter}", System.Text.Encoding.UTF8.GetBytes(new string(letter, 40) + "\n"));

    /// <summary>A certificate that signed itself, or was signed by an authority.</summary>
    public X509Certificate2 Make(
        string name, X509Certificate2? authority = null, bool isAuthority = false, string address = "127.0.0.1", int validFromDay = -1, int validToDay = 10)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (_now.AddDays(validFromDay), _now.AddDays(validToDay)); // one authority's must not outlive it, by a second
        using var signed = authority is null ? request.CreateSelfSigned(from, to) : request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        var made = authority is null ? X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null) : signed.CopyWithPrivateKey(key);
        _made.Add(made);
        return made;
    }

    /// <summary>A certificate and its key as a PKCS#12 file.</summary>
    public string Pkcs12(X509Certificate2 certificate, string? password = null) =>
        Secret($"{certificate.Thumbprint}.p12", certificate.Export(X509ContentType.Pkcs12, password));

    /// <summary>A certificate that signed itself, in a PKCS#12 file.</summary>
    public string SelfSigned(string name) => Pkcs12(Make(name));

    /// <summary>Certificates without keys, as PEM.</summary>
    public string Pem(params X509Certificate2[] certificates)
    {
        var path = In($"{certificates[0].Thumbprint}.pem");
        File.WriteAllText(path, string.Join('\n', certificates.Select(certificate => certificate.ExportCertificatePem())));
        return path;
    }

    /// <summary>A network with one token and one certificate.</summary>
    public NetworkSettings Shared(string? certificate = null) => new() { TokenFile = Token(), Certificate = certificate ?? SelfSigned("shared") };

    public void Dispose()
    {
        foreach (var certificate in _made) certificate.Dispose();
        _folder.Dispose();
    }
}
