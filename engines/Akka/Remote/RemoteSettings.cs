using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akka.Configuration;

namespace Akka.Remote;

/// <summary>
/// What <c>akka.remote</c> says. What each key means, and why its default is what it is, stands in <c>reference.conf</c>.
/// </summary>
/// <exception cref="ConfigurationException">A value that cannot be.</exception>
internal sealed class RemoteSettings(Config config)
{
    private const string FailureDetector = "watch-failure-detector.", Tcp = "dot-netty.tcp.", Ssl = Tcp + "ssl.";
    private const string Key = Ssl + "certificate.";

    public string Hostname { get; } = Text(config, Tcp + "hostname") is { Length: > 0 } host ? host : "127.0.0.1";
    public int Port { get; } = Number(config, Tcp + "port", 0);
    public string PublicHostname { get; } = Text(config, Tcp + "public-hostname") is { Length: > 0 } host ? host
        : Text(config, Tcp + "hostname") is { Length: > 0 } own ? own : "127.0.0.1";
    public int PublicPort { get; } = Number(config, Tcp + "public-port", 0);
    public int Backlog { get; } = Number(config, Tcp + "backlog", 1);
    public int MaximumFrameSize { get; } = Bytes(config, Tcp + "maximum-frame-size", 32_000);
    public int SendBufferSize { get; } = Bytes(config, Tcp + "send-buffer-size", 0);
    public int ReceiveBufferSize { get; } = Bytes(config, Tcp + "receive-buffer-size", 0);
    public TimeSpan ConnectionTimeout { get; } = Time(config, Tcp + "connection-timeout");
    public TimeSpan HandshakeTimeout { get; } = Time(config, "handshake-timeout");
    public TimeSpan FlushWait { get; } = Time(config, "flush-wait-on-shutdown");
    public TimeSpan RetryGateClosedFor { get; } = Time(config, "retry-gate-closed-for");
    public byte[] Token { get; } = Encoding.UTF8.GetBytes(Text(config, "token"));
    public int UnauthenticatedConnections { get; } = Number(config, "unauthenticated-connections", 1);
    public int OutboundQueueSize { get; } = Number(config, "outbound-queue-size", 1);
    public TimeSpan HeartbeatInterval { get; } = Time(config, FailureDetector + "heartbeat-interval");
    public TimeSpan AcceptableHeartbeatPause { get; } = Time(config, FailureDetector + "acceptable-heartbeat-pause");
    public TimeSpan ReaperInterval { get; } = Time(config, FailureDetector + "unreachable-nodes-reaper-interval");
    public TimeSpan ExpectedResponseAfter { get; } = Time(config, FailureDetector + "expected-response-after");

    /// <summary>With TLS, this node's certificate.</summary>
    public X509Certificate2? Certificate { get; } = Truth(config, Tcp + "enable-ssl") ? LoadCertificate(config) : null;

    /// <summary>With TLS, whether a peer's certificate is not looked at.</summary>
    public bool SuppressValidation { get; } = Truth(config, Ssl + "suppress-validation");

    /// <summary>With TLS, what a peer's certificate is checked by; empty for what the machine trusts.</summary>
    public X509Certificate2Collection TrustedCertificates { get; } = LoadTrusted(config);

    private static string Full(string key) => "akka.remote." + key;

    private static string Text(Config config, string key) => config.GetString(Full(key)) ?? "";

    private static bool Truth(Config config, string key) => config.GetBoolean(Full(key));

    private static TimeSpan Time(Config config, string key) => config.GetTimeSpan(Full(key), allowInfinite: false);

    private static int Number(Config config, string key, int least)
    {
        var value = config.GetInt(Full(key));
        return value >= least ? value : throw new ConfigurationException($"{Full(key)} is {value}; it must be at least {least}");
    }

    private static int Bytes(Config config, string key, int least)
    {
        const int most = 1 << 30;
        var value = config.GetByteSize(Full(key), null) ?? 0;
        return value >= least && value <= most
            ? (int)value
            : throw new ConfigurationException($"{Full(key)} is {value} bytes; it must be from {least} to {most}");
    }

    private static X509Certificate2Collection LoadTrusted(Config config)
    {
        var trusted = new X509Certificate2Collection();
        var pem = Text(config, "trusted-certificates");
        try
        {
            trusted.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new ConfigurationException($"{Full("trusted-certificates")} has a certificate that cannot be read: {e.Message}", e);
        }
        return trusted.Count > 0 || pem.Length == 0
            ? trusted
            : throw new ConfigurationException($"{Full("trusted-certificates")} has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
    }

    private static X509Certificate2 LoadCertificate(Config config)
    {
        if (Truth(config, Key + "use-thumbprint-over-file"))
        {
            var thumbprint = Text(config, Key + "thumbprint");
            var location = Text(config, Key + "store-location") == "local-machine" ? StoreLocation.LocalMachine : StoreLocation.CurrentUser;
            using var store = new X509Store(Text(config, Key + "store-name"), location);
            store.Open(OpenFlags.ReadOnly);
            return store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false).FirstOrDefault()
                ?? throw new ConfigurationException($"{Full(Key)}thumbprint \"{thumbprint}\": no certificate in {location}/{store.Name} has it");
        }
        var path = Text(config, Key + "path");
        if (path.Length == 0)
            throw new ConfigurationException($"{Full(Key)}path is empty; with enable-ssl it names a PKCS#12 file with certificate and key");
        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(path, Text(config, Key + "password"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"{Full(Key)}path: {path} is not a PKCS#12 file that its password opens: {e.Message}", e);
        }
    }
}
