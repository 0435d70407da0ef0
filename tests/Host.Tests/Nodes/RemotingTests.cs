using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using ActorRlhf.Host.Nodes;
using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorRlhf.Host.Tests.Nodes;

public sealed class RemotingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly NetworkFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public Task Nodes_of_one_machine_talk(string hostname) => Talk(new() { Hostname = hostname }, "akka.tcp");

    [Ipv6Fact]
    public Task Nodes_talk_over_IPv6() => Talk(new() { Hostname = "::1" }, "akka.tcp");

    [Ipv6Fact]
    public Task A_node_on_every_interface_is_reached_by_IPv4_too() => Talk(_files.Shared() with { Hostname = "::", PublicHostname = "127.0.0.1" }, "akka.ssl.tcp");

    [EmbeddedFact]
    public Task Nodes_with_one_token_and_one_certificate_talk() => Talk(_files.Shared(), "akka.ssl.tcp");

    [EmbeddedFact]
    public Task A_certificates_password_is_remotings_too() => Talk(
        new()
        {
            TokenFile = _files.Token(),
            Certificate = _files.Pkcs12(_files.Make("locked"), "a \"password\" \\ of ${all} kinds"),
            CertificatePasswordFile = _files.Secret("password", "a \"password\" \\ of ${all} kinds\n"u8),
        },
        "akka.ssl.tcp");

    [EmbeddedFact]
    public async Task Another_token_is_refused()
    {
        var settings = _files.Shared();
        await using Node here = await Node.Start(settings), there = await Node.Start(settings with { TokenFile = _files.Token('b') });
        await here.IsRefused(there, "does not know this cluster's token");
    }

    [EmbeddedFact]
    public async Task No_token_is_refused()
    {
        var settings = _files.Shared();
        await using Node here = await Node.Start(settings with { TokenFile = null }), there = await Node.Start(settings);
        await here.IsRefused(there, "does not know this cluster's token");
    }

    [EmbeddedFact]
    public async Task Another_certificate_is_refused()
    {
        await using Node here = await Node.Start(_files.Shared()), there = await Node.Start(_files.Shared(_files.SelfSigned("other")));
        await here.IsRefused(there, "TLS");
    }

    [EmbeddedFact]
    public async Task Certificates_of_one_authority_are_trusted_for_the_names_in_them()
    {
        X509Certificate2 authority = _files.Make("authority", isAuthority: true);
        var settings = new NetworkSettings { TokenFile = _files.Token(), Trust = _files.Pem(authority) };
        await using Node here = await Node.Start(settings with { Certificate = _files.Pkcs12(_files.Make("node-1", authority)) }),
            there = await Node.Start(settings with { Certificate = _files.Pkcs12(_files.Make("node-2", authority)) }),
            misnamed = await Node.Start(settings with { Trust = null, Certificate = _files.Pkcs12(_files.Make("node-3", authority, address: "127.0.0.9")) });
        Assert.Equal(there.Address, await here.Find(there));
        await here.IsRefused(misnamed, "TLS");
    }

    [EmbeddedFact]
    public async Task What_was_signed_by_another_authority_is_refused()
    {
        X509Certificate2 authority = _files.Make("authority", isAuthority: true), other = _files.Make("authority", isAuthority: true);
        var settings = new NetworkSettings { TokenFile = _files.Token() };
        await using Node here = await Node.Start(settings with { Certificate = _files.Pkcs12(_files.Make("node-1", authority)), Trust = _files.Pem(authority) }),
            there = await Node.Start(settings with { Certificate = _files.Pkcs12(_files.Make("node-1", other)), Trust = _files.Pem(other) });
        await here.IsRefused(there, "TLS");
    }

    [Fact]
    public async Task A_batch_of_megabytes_arrives()
    {
        await using Node here = await Node.Start(new NetworkSettings()), there = await Node.Start(new NetworkSettings());
        var text = new string('x', 3 << 20);
        Assert.Equal(text, await here.Echo(there, text));
    }

    private static async Task Talk(NetworkSettings settings, string protocol)
    {
        await using Node here = await Node.Start(settings), there = await Node.Start(settings);
        Assert.StartsWith($"{protocol}://node@{ClusterNetwork.Open(settings).PublicHost}:", there.Address.ToString(), StringComparison.Ordinal);
        Assert.Equal(there.Address, await here.Find(there));
    }

    /// <summary>A host with an actor system of a network.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private readonly IHost _host;
        private readonly Channel<string> _warnings = Channel.CreateUnbounded<string>();

        private Node(IHost host)
        {
            _host = host;
            var listener = System.ActorOf(Props.Create(() => new Listener(_warnings.Writer)));
            System.EventStream.Subscribe(listener, typeof(Warning));
        }

        public Address Address => ((ExtendedActorSystem)System).Provider.DefaultAddress;

        private ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

        public static async Task<Node> Start(NetworkSettings settings)
        {
            var network = ClusterNetwork.Open(settings);
            var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Services.AddAkka("node", (akka, _) =>
            {
                akka.AddHocon("akka { loglevel = WARNING, stdout-loglevel = OFF, loggers = [] }", HoconAddMode.Append);
                network.Configure(akka);
            });
            var host = builder.Build();
            await host.StartAsync();
            return new Node(host);
        }

        /// <summary>The address of another node's own actor, as it says itself.</summary>
        public async Task<Address> Find(Node other)
        {
            var identity = await System.ActorSelection($"{other.Address}/user").Ask<ActorIdentity>(new Identify("it"), Patience);
            return Assert.IsAssignableFrom<IActorRef>(identity.Subject).Path.Address;
        }

        /// <summary>What comes back from another node of a text that is sent there.</summary>
        public async Task<object> Echo(Node other, string text) =>
            (await System.ActorSelection($"{other.Address}/user").Ask<ActorIdentity>(new Identify(text), Patience)).MessageId;

        /// <summary>Tries to talk to another until that was refused.</summary>
        public async Task IsRefused(Node other, string reason)
        {
            System.ActorSelection($"{other.Address}/user").Tell(new Identify("it"));
            using var late = new CancellationTokenSource(Patience);
            while (!(await _warnings.Reader.ReadAsync(late.Token)).Contains(reason, StringComparison.Ordinal))
            {
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _host.StopAsync();
            _host.Dispose();
        }
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(ChannelWriter<string> into) => Receive<Warning>(warning => into.TryWrite(warning.Message.ToString()!));
    }

    private sealed class Ipv6FactAttribute : EmbeddedFactAttribute
    {
        public Ipv6FactAttribute()
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            }
            catch (SocketException)
            {
                Skip = "this machine has no IPv6";
            }
        }
    }
}
