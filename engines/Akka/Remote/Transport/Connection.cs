using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Akka.Remote.Transport;

/// <summary>A socket and, with TLS by configuration, the encryption on it. Closing it ends whatever another thread does with it.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket;
    private int _closed;

    public Connection(Socket socket, RemoteSettings settings)
    {
        _socket = socket;
        socket.NoDelay = true;
        if (settings.SendBufferSize > 0)
            socket.SendBufferSize = settings.SendBufferSize;
        if (settings.ReceiveBufferSize > 0)
            socket.ReceiveBufferSize = settings.ReceiveBufferSize;
    }

    /// <summary>The bytes; there are none before <see cref="Connect"/> or <see cref="Secure"/>.</summary>
    public Stream Stream { get; private set; } = Stream.Null;

    /// <summary>Whether this end has closed it.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Why this end has closed it.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Who is at the other end, for a log.</summary>
    public string RemoteEndPoint { get; private set; } = "";

    /// <summary>Whether the other end has closed a connection on which it has nothing more to say.</summary>
    public bool IsClosedByPeer
    {
        get
        {
            try
            {
                return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Calls <paramref name="host"/>.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    /// <exception cref="IOException">TLS was not agreed on.</exception>
    public void Connect(string host, int port, RemoteSettings settings)
    {
        _socket.Connect(host, port);
        Stream = new NetworkStream(_socket, ownsSocket: true);
        RemoteEndPoint = _socket.RemoteEndPoint?.ToString() ?? "";
        if (settings.Certificate is not { } own)
            return;
        var tls = new SslStream(Stream);
        Stream = tls;
        Authenticate(() => tls.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            CertificateChainPolicy = settings.TrustedCertificates.Count > 0 ? ChainTo(settings.TrustedCertificates) : null,
            RemoteCertificateValidationCallback = (_, certificate, _, errors) => settings.SuppressValidation || errors == SslPolicyErrors.None
                || IsSame(certificate, own) || settings.TrustedCertificates.Any(trusted => IsSame(certificate, trusted)),
        }));
    }

    /// <summary>Takes an accepted socket into use.</summary>
    /// <exception cref="IOException">TLS was not agreed on.</exception>
    public void Secure(RemoteSettings settings)
    {
        Stream = new NetworkStream(_socket, ownsSocket: true);
        RemoteEndPoint = _socket.RemoteEndPoint?.ToString() ?? "";
        if (settings.Certificate is not { } own)
            return;
        var tls = new SslStream(Stream);
        Stream = tls;
        // Without tickets for a resumption, which nobody reads, a client that only writes sees the end of the connection at once.
        var options = new SslServerAuthenticationOptions { ServerCertificate = own, AllowTlsResume = false };
        Authenticate(() => tls.AuthenticateAsServer(options));
    }

    /// <summary>Closes it for a reason that whoever uses it will log.</summary>
    public void Close(string reason)
    {
        if (IsClosed)
            return;
        Reason = reason;
        Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _socket.Dispose();
    }

    // To those alone, not to what the machine trusts; no revocation lists and no network.
    private static X509ChainPolicy ChainTo(X509Certificate2Collection trusted)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
        };
        foreach (var certificate in trusted)
        {
            var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (isRoot ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
        }
        return policy;
    }

    // Nodes of one cluster may share one self-signed certificate: nobody else has its key.
    private static bool IsSame(X509Certificate? certificate, X509Certificate2 own) =>
        certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(own.RawDataMemory.Span);

    private static void Authenticate(Action authenticate)
    {
        try
        {
            authenticate();
        }
        catch (System.Security.Authentication.AuthenticationException e)
        {
            throw new IOException($"TLS: {e.InnerException?.Message ?? e.Message}", e);
        }
    }
}
