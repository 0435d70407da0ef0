using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorRlhf.Engines.Tests.Akka.Remote;

/// <summary>A certificate of 127.0.0.1 that nobody but its maker trusts, in a PKCS#12 file that goes with the object.</summary>
public sealed class SelfSigned : IDisposable
{
    private const string Password = "not a secret";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pfx");

    public SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Pem = certificate.ExportCertificatePem();
        File.WriteAllBytes(_path, certificate.Export(X509ContentType.Pkcs12, Password));
    }

    /// <summary>The certificate without its key.</summary>
    public string Pem { get; }

    /// <summary>HOCON that makes a node use it.</summary>
    public string Configure(bool suppressValidation) => $$"""
        akka.remote.dot-netty.tcp {
          enable-ssl = true
          ssl {
            suppress-validation = {{(suppressValidation ? "true" : "false")}}
            certificate { path = "{{_path}}", password = "{{Password}}" }
          }
        }
        """;

    public void Dispose() => File.Delete(_path);
}
