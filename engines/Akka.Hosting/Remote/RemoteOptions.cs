using Akka.Hosting;

namespace Akka.Remote.Hosting;

/// <summary>How a system reaches others; what is null stays as the configuration has it.</summary>
public class RemoteOptions
{
    /// <summary>The interface to listen on.</summary>
    public string? HostName { get; set; }

    /// <summary>The port to listen on; 0 for any free one.</summary>
    public int? Port { get; set; }

    /// <summary>The name that others reach this system by, if not <see cref="HostName"/>.</summary>
    public string? PublicHostName { get; set; }

    /// <summary>The port that others reach this system by, if not <see cref="Port"/>.</summary>
    public int? PublicPort { get; set; }

    /// <summary>Bytes of a socket's send buffer.</summary>
    public long? SendBufferSize { get; set; }

    /// <summary>Bytes of a socket's receive buffer.</summary>
    public long? ReceiveBufferSize { get; set; }

    /// <summary>Bytes of the longest frame.</summary>
    public long? MaxFrameSize { get; set; }

    /// <summary>Whether connections are encrypted.</summary>
    public bool? EnableSsl { get; set; }

    /// <summary>How they are encrypted.</summary>
    public SslOptions Ssl { get; set; } = new();

    /// <summary>When a system that is watched is declared dead.</summary>
    public PhiAccrualFailureDetectorOptions? WatchFailureDetector { get; set; }

    internal string ToHocon() =>
        HoconText.Section(
            "akka.remote.dot-netty.tcp",
            ("hostname", HostName), ("port", Port), ("public-hostname", PublicHostName), ("public-port", PublicPort),
            ("send-buffer-size", SendBufferSize), ("receive-buffer-size", ReceiveBufferSize), ("maximum-frame-size", MaxFrameSize), ("enable-ssl", EnableSsl))
        + (EnableSsl is true ? Ssl.ToHocon() : "")
        + WatchFailureDetector?.ToHocon("akka.remote.watch-failure-detector");
}

/// <summary>How connections are encrypted.</summary>
public sealed class SslOptions
{
    /// <summary>Whether the other end's certificate is taken as it is.</summary>
    public bool? SuppressValidation { get; set; }

    /// <summary>This end's certificate.</summary>
    public SslCertificateOptions CertificateOptions { get; set; } = new();

    internal string ToHocon() => HoconText.Section("akka.remote.dot-netty.tcp.ssl", ("suppress-validation", SuppressValidation)) + CertificateOptions.ToHocon();
}

/// <summary>Where a certificate is: in a file, or in a store by its thumbprint.</summary>
public sealed class SslCertificateOptions
{
    /// <summary>The PKCS #12 file.</summary>
    public string? Path { get; set; }

    /// <summary>The file's password.</summary>
    public string? Password { get; set; }

    /// <summary>Whether it is in a store.</summary>
    public bool? UseThumbprintOverFile { get; set; }

    /// <summary>Its thumbprint.</summary>
    public string? Thumbprint { get; set; }

    /// <summary>The store's name.</summary>
    public string? StoreName { get; set; }

    /// <summary><c>current-user</c> or <c>local-machine</c>.</summary>
    public string? StoreLocation { get; set; }

    internal string ToHocon() => HoconText.Section(
        "akka.remote.dot-netty.tcp.ssl.certificate",
        ("path", Path), ("password", Password), ("use-thumbprint-over-file", UseThumbprintOverFile), ("thumbprint", Thumbprint),
        ("store-name", StoreName), ("store-location", StoreLocation));
}

/// <summary>When a system that is not heard any more is declared dead; what is null stays as the configuration has it.</summary>
public class PhiAccrualFailureDetectorOptions
{
    /// <summary>Between two signs of life.</summary>
    public TimeSpan? HeartbeatInterval { get; set; }

    /// <summary>How long they may be missing.</summary>
    public TimeSpan? AcceptableHeartbeatPause { get; set; }

    /// <summary>How often it is looked after.</summary>
    public TimeSpan? UnreachableNodesReaperInterval { get; set; }

    /// <summary>How long the first may take.</summary>
    public TimeSpan? ExpectedResponseAfter { get; set; }

    internal string ToHocon(string path) => HoconText.Section(
        path,
        ("heartbeat-interval", HeartbeatInterval), ("acceptable-heartbeat-pause", AcceptableHeartbeatPause),
        ("unreachable-nodes-reaper-interval", UnreachableNodesReaperInterval), ("expected-response-after", ExpectedResponseAfter));
}
