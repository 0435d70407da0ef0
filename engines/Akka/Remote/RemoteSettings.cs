using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akka.Configuration;

namespace Akka.Remote;

/// <summary>What <c>akka.remote</c> says. The defaults, with their reasons, are in <c>Remote/reference.conf</c>.</summary>
internal sealed class RemoteSettings
{
    /// <exception cref="ConfigurationException">A value that cannot be.</exception>
    public RemoteSettings(Config config)
    {
        const string prefix = "akka.remote.";
        TimeSpan Time(string key) => config.GetTimeSpan(prefix + key);
        int Number(string key, int least)
        {
            var value = config.GetInt(prefix + key);
            return value >= least ? value : throw new ConfigurationException($"{prefix}{key} is {value}; it must be at least {least}");
        }
        int Bytes(string key, int least)
        {
            var value = config.GetByteSize(prefix + key, null) ?? 0;
            return value >= least && value <= 1 << 30
                ? (int)value
                : throw new ConfigurationException($"{prefix}{key} is {value} bytes; it must be from {least} to {1 << 30}");
        }

        var host = config.GetString(prefix + "dot-netty.tcp.hostname");
        Hostname = string.IsNullOrWhiteSpace(host) ? "127.0.0.1" : host;
        Port = Number("dot-netty.tcp.port", 0);
        var publicHost = config.GetString(prefix + "dot-netty.tcp.public-hostname");
        PublicHostname = string.IsNullOrWhiteSpace(publicHost) ? Hostname : publicHost;
        PublicPort = Number("dot-netty.tcp.public-port", 0);
        Backlog = Number("dot-netty.tcp.backlog", 1);
        MaximumFrameSize = Bytes("dot-netty.tcp.maximum-frame-size", 32_000);
        SendBufferSize = Bytes("dot-netty.tcp.send-buffer-size", 0);
        ReceiveBufferSize = Bytes("dot-netty.tcp.receive-buffer-size", 0);
        ConnectionTimeout = Time("dot-netty.tcp.connection-timeout");
        HandshakeTimeout = Time("handshake-timeout");
        FlushWait = Time("flush-wait-on-shutdown");
        RetryGateClosedFor = Time("retry-gate-closed-for");
        Token = Encoding.UTF8.GetBytes(config.GetString(prefix + "token") ?? "");
        UnauthenticatedConnections = Number("unauthenticated-connections", 1);
        OutboundQueueSize = Number("outbound-queue-size", 1);
        HeartbeatInterval = Time("watch-failure-detector.heartbeat-interval");
        AcceptableHeartbeatPause = Time("watch-failure-detector.acceptable-heartbeat-pause");
        ReaperInterval = Time("watch-failure-detector.unreachable-nodes-reaper-interval");
        ExpectedResponseAfter = Time("watch-failure-detector.expected-response-after");
        if (config.GetBoolean(prefix + "dot-netty.tcp.enable-ssl"))
        {
            var ssl = config.GetConfig(prefix + "dot-netty.tcp.ssl") ?? Config.Empty;
            Certificate = LoadCertificate(ssl);
            SuppressValidation = ssl.GetBoolean("suppress-validation");
        }
    }

    public string Hostname { get; }
    public int Port { get; }
    public string PublicHostname { get; }
    public int PublicPort { get; }
    public int Backlog { get; }
    public int MaximumFrameSize { get; }
    public int SendBufferSize { get; }
    public int ReceiveBufferSize { get; }
    public TimeSpan ConnectionTimeout { get; }
    public TimeSpan HandshakeTimeout { get; }
    public TimeSpan FlushWait { get; }
    public TimeSpan RetryGateClosedFor { get; }
    public byte[] Token { get; }
    public int UnauthenticatedConnections { get; }
    public int OutboundQueueSize { get; }
    public TimeSpan HeartbeatInterval { get; }
    public TimeSpan AcceptableHeartbeatPause { get; }
    public TimeSpan ReaperInterval { get; }
    public TimeSpan ExpectedResponseAfter { get; }

    /// <summary>With TLS, this node's certificate.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>With TLS, whether a peer's certificate is not looked at.</summary>
    public bool SuppressValidation { get; }

    private static X509Certificate2 LoadCertificate(Config ssl)
    {
        const string key = "akka.remote.dot-netty.tcp.ssl.certificate.";
        if (ssl.GetBoolean("certificate.use-thumbprint-over-file"))
        {
            var thumbprint = ssl.GetString("certificate.thumbprint") ?? "";
            var location = ssl.GetString("certificate.store-location") == "local-machine" ? StoreLocation.LocalMachine : StoreLocation.CurrentUser;
            using var store = new X509Store(ssl.GetString("certificate.store-name") ?? "My", location);
            store.Open(OpenFlags.ReadOnly);
            return store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false).FirstOrDefault()
                ?? throw new ConfigurationException($"{key}thumbprint \"{thumbprint}\" is in no certificate of the store {location}/{store.Name}");
        }
        var path = ssl.GetString("certificate.path");
        if (string.IsNullOrEmpty(path))
            throw new ConfigurationException($"{key}path is empty; with enable-ssl it names a PKCS#12 file with a certificate and its key");
        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(path, ssl.GetString("certificate.password"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new ConfigurationException($"{key}path: {path} is not a PKCS#12 file that {key}password opens: {e.Message}", e);
        }
    }
}
