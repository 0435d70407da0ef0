using System.Net;
using System.Net.Sockets;
using ActorRlhf.Model;
using Akka.Hosting;
using Akka.Remote.Hosting;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// This node's place on the network, with what keeps strangers out: the cluster's token, its certificate, and whom it trusts. Where other machines can reach
/// it, there must be both.
/// </summary>
public sealed class ClusterNetwork
{
    private const int LargestMessage = 4 << 20; // a part of a batch is 64 episodes of 11 bytes a token; a scorer's batch may be larger

    private static readonly string HostnameKey = SecretFile.Key("hostname"), PublicHostnameKey = SecretFile.Key("public-hostname");

    private readonly NetworkSettings _settings;

    private ClusterNetwork(NetworkSettings settings, IPAddress interfaceAddress, string publicHost, ClusterToken? token, ClusterCertificates certificates) =>
        (_settings, Interface, PublicHost, Token, Certificates) = (settings, interfaceAddress, publicHost, token, certificates);

    /// <summary><c>https</c> with a certificate, otherwise <c>http</c>.</summary>
    public string Scheme => Certificates.Own is null ? "http" : "https";

    /// <summary>What others reach this node by, as it stands in an address: an IPv6 address is in brackets.</summary>
    public string PublicHost { get; }

    /// <summary>What is listened on.</summary>
    internal IPAddress Interface { get; }

    /// <summary>The port of HTTP; 0 for any.</summary>
    internal int HttpPort => _settings.HttpPort;

    /// <summary>The cluster's token, if there is one.</summary>
    internal ClusterToken? Token { get; }

    /// <summary>The token of those who may see and steer, and of those who may only see.</summary>
    internal ClusterToken? OperatorToken { get; private init; }

    /// <inheritdoc cref="OperatorToken"/>
    internal ClusterToken? ReadToken { get; private init; }

    /// <summary>This node's certificate and those it trusts.</summary>
    internal ClusterCertificates Certificates { get; }

    /// <summary>Reads and checks what the settings name.</summary>
    /// <param name="settings">How this node is on the network.</param>
    /// <exception cref="UserErrorException">
    /// Other machines can reach the node and it has no TLS or no token; or a name, file, password, token or certificate is not usable. The message has
    /// the remedy.
    /// </exception>
    public static ClusterNetwork Open(NetworkSettings settings)
    {
        var interfaceAddress = Resolve(settings.Hostname);
        RequireProtection(settings, interfaceAddress);
        if (settings.PublicHostname is null && IsEvery(interfaceAddress))
        {
            throw new UserErrorException($"{HostnameKey} = {settings.Hostname} is every interface, which nobody can be told to connect to; "
                + $"set {PublicHostnameKey} to what others reach this node by");
        }

        var (publicKey, publicHost) = settings.PublicHostname is { } given ? (PublicHostnameKey, given) : (HostnameKey, settings.Hostname);
        var isName = Uri.CheckHostName(publicHost) is not (UriHostNameType.Unknown or UriHostNameType.Basic);
        if (!isName || (IPAddress.TryParse(publicHost, out var address) && IsEvery(address)))
            throw new UserErrorException($"{publicKey} = {publicHost}; expected the name or the address of a machine, without scheme and port");
        if (IPAddress.IsLoopback(interfaceAddress) && !IsLoopback(settings.Hostname))
        {
            throw new UserErrorException($"{HostnameKey} = {settings.Hostname} is {interfaceAddress} on this machine, which others cannot reach; "
                + $"give the address of a network interface, or 0.0.0.0 with {PublicHostnameKey} = {settings.Hostname}");
        }

        var token = settings.TokenFile is { } file ? ClusterToken.Read(file) : null;
        return new ClusterNetwork(settings, interfaceAddress, Bracketed(publicHost), token, ClusterCertificates.Read(settings, publicHost.Trim('[', ']')))
        {
            OperatorToken = Lesser("operator-token-file", settings.OperatorTokenFile, token),
            ReadToken = Lesser("read-token-file", settings.ReadTokenFile, token),
        };
    }

    private static ClusterToken? Lesser(string setting, string? file, ClusterToken? token)
    {
        if (file is null) return null;
        if (token is null) throw new UserErrorException($"{SecretFile.Key(setting)} is set and {SecretFile.Key("token-file")} is not: without the cluster's own token anybody may do everything");
        var lesser = ClusterToken.Read(SecretFile.Key(setting), file);
        return lesser.Value != token.Value ? lesser : throw new UserErrorException($"{SecretFile.Key(setting)}: {file} has the cluster's own token, which may do everything; make another");
    }

    /// <summary>Has an actor system reach those of other nodes, and be reached.</summary>
    /// <param name="builder">The system's.</param>
    public void Configure(AkkaConfigurationBuilder builder)
    {
        var options = new RemoteOptions
        {
            HostName = Interface.ToString(), Port = _settings.Port, PublicHostName = PublicHost, EnableSsl = Certificates.Own is not null,
        };
        if (Certificates.Own is not null)
        {
            options.Ssl.CertificateOptions.Path = Path.GetFullPath(_settings.Certificate!);
            options.Ssl.CertificateOptions.Password = Certificates.Password;
            // Of the embedded engine; the published one goes by what the machine trusts.
            builder.AddHocon($"akka.remote.trusted-certificates = \"\"\"{Certificates.TrustedPem}\"\"\"", HoconAddMode.Prepend);
        }

        builder.WithRemoting(options);
        builder.AddHocon($"akka.remote.dot-netty.tcp.maximum-frame-size = {LargestMessage}b", HoconAddMode.Prepend);
        if (Token is not null) builder.AddHocon($"akka.remote.token = \"{Token.Value}\"", HoconAddMode.Prepend); // likewise
    }

    /// <summary>
    /// A client of other nodes' HTTP. It has the token, trusts the cluster's certificates alone, asks them without a proxy, and does not follow
    /// redirections. Once connected it waits for an answer without end: whoever asks says how long. It is the caller's to dispose.
    /// </summary>
    public HttpClient CreateClient() => new(new ClusterRequests(Token, Certificates)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Whether a request may name this node so.</summary>
    /// <param name="host">The name or address of a request's <c>Host</c> header.</param>
    /// <param name="local">The address that its connection came to. It needs no setting: nobody can make an address point elsewhere, as a name can be.</param>
    internal bool IsReachedBy(string host, IPAddress? local)
    {
        if (Is(host, PublicHost) || (Is(host, _settings.Hostname) && !IsEvery(Interface))) return true;
        if (local is null) return false;
        if (local.IsIPv4MappedToIPv6) local = local.MapToIPv4();
        return IPAddress.TryParse(host, out var address) ? address.Equals(local) : IPAddress.IsLoopback(local) && Is(host, "localhost");
    }

    private static void RequireProtection(NetworkSettings settings, IPAddress interfaceAddress)
    {
        var exposed = !IPAddress.IsLoopback(interfaceAddress) || !IsLoopback(settings.Hostname) ? $"{HostnameKey} = {settings.Hostname}"
            : settings.PublicHostname is { } name && !IsLoopback(name) ? $"{PublicHostnameKey} = {name}"
            : null;
        if (exposed is null || (settings.TokenFile is not null && settings.Certificate is not null)) return;
        var missing = settings.TokenFile is null && settings.Certificate is null ? "a token and TLS" : settings.TokenFile is null ? "a token" : "TLS";
        throw new UserErrorException(
            $"""
            {exposed} lets other machines reach this node; it does not start there without {missing}.
            Once for the cluster, make a token and a certificate that all nodes share:
              openssl rand -hex 32 > token && chmod 600 token
              openssl req -x509 -newkey rsa:3072 -nodes -days 825 -subj /CN=rlhf -addext subjectAltName=DNS:rlhf -keyout key.pem -out certificate.pem
              openssl pkcs12 -export -inkey key.pem -in certificate.pem -passout pass: -out node.p12 && chmod 600 node.p12 && rm key.pem
            Copy token and node.p12 to every node and set
              {SecretFile.Key("token-file")} = token
              {SecretFile.Key("certificate")} = node.p12
            docs/security.md tells of a certificate for each node. For one machine alone, set {HostnameKey} = 127.0.0.1.
            """);
    }

    private static IPAddress Resolve(string hostname)
    {
        if (IPAddress.TryParse(hostname, out var address)) return address;
        try
        {
            // IPv4 before IPv6 where a name has both, as remoting takes it.
            if (Uri.CheckHostName(hostname) == UriHostNameType.Dns && Dns.GetHostAddresses(hostname).MinBy(each => each.AddressFamily) is { } found)
                return found;
        }
        catch (SocketException error)
        {
            var message = $"{HostnameKey} = {hostname} is no name that this machine knows: {error.Message}; give the address of one of its interfaces";
            throw new UserErrorException(message, error);
        }

        throw new UserErrorException($"{HostnameKey} = {hostname}; expected the address of an interface of this machine, or a name of it");
    }

    private static string Bracketed(string host) => IPAddress.TryParse(host, out var address)
        ? address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString()
        : host;

    private static bool IsEvery(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    // By what was given, not by what a name happens to mean: names change their meaning.
    private static bool IsLoopback(string host) =>
        IPAddress.TryParse(host, out var address) ? IPAddress.IsLoopback(address) : Is(host, "localhost");

    private static bool Is(string host, string other) => string.Equals(host, other, StringComparison.OrdinalIgnoreCase);
}
