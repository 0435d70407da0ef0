using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using ActorRlhf.Engines.Tests.Akka;
using ActorRlhf.Engines.Tests.Akka.Remote;

namespace ActorRlhf.Engines.Tests.Embedded.Remote;

/// <summary>
/// Whatever comes to the port: the connection is closed, the reason is logged, and the process serves a good peer as before.
/// </summary>
public sealed class HostileInputTests
{
    private const string Token = "akka.remote.token = \"a cluster's secret\"";

    [Fact]
    public async Task Random_bytes()
    {
        await using var server = new Server();
        var random = new Random(17);
        for (var i = 0; i < 50; i++)
        {
            using var peer = new HostilePeer(server.Address);
            var bytes = new byte[random.Next(1, 100_000)];
            random.NextBytes(bytes);
            peer.Send(bytes);
            peer.Finish();
            Assert.True(peer.IsClosed());
        }
        await server.ExpectWarningAsync("a handshake frame of");
        await server.ServesAsync();
    }

    [Fact]
    public async Task Something_that_is_not_this_protocol()
    {
        await using var server = new Server();
        using var peer = new HostilePeer(server.Address);
        peer.SendFrame(writer => writer.WriteBytes("hello, is this a web server?"u8));
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync("not this protocol's handshake");
        await server.ServesAsync();
    }

    [Fact]
    public async Task Half_a_handshake()
    {
        await using var server = new Server();
        using var peer = new HostilePeer(server.Address);
        peer.SendLength(100);
        peer.Send(1, 2, 3);
        peer.Finish();
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync("it ended within the handshake");
        await server.ServesAsync();
    }

    [Fact]
    public async Task A_handshake_that_never_ends()
    {
        await using var server = new Server("akka.remote.handshake-timeout = 1 s");
        using var peer = new HostilePeer(server.Address);
        peer.SendLength(100);
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync("no handshake within the 1 s of akka.remote.handshake-timeout");
        await server.ServesAsync();
    }

    [Fact]
    public async Task Two_gigabytes_announced_before_the_handshake_and_after_it()
    {
        await using var server = new Server();
        using HostilePeer stranger = new(server.Address), peer = new(server.Address);
        var before = GC.GetTotalAllocatedBytes();
        stranger.SendLength(int.MaxValue);
        Assert.True(stranger.IsClosed());
        await server.ExpectWarningAsync("a handshake frame of 2147483647 bytes");
        peer.ShakeHands();
        peer.SendLength(int.MaxValue);
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync("a frame of 2147483647 bytes; akka.remote.dot-netty.tcp.maximum-frame-size is 128000");
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 500_000_000);
        await server.ServesAsync();
    }

    [Fact]
    public async Task Half_a_frame()
    {
        await using var server = new Server();
        using var peer = new HostilePeer(server.Address);
        peer.ShakeHands();
        peer.SendLength(1000);
        peer.Send(new byte[500]);
        peer.Finish();
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync("it ended after 504 bytes of a frame");
        await server.ServesAsync();
    }

    [Theory]
    [InlineData(424242, "S", "a message of serializer 424242 with the manifest \"S\"")]
    [InlineData(17, "System.IO.FileInfo", "a message of serializer 17 with the manifest \"System.IO.FileInfo\"")]
    [InlineData(16, "??", "a message of serializer 16 with the manifest \"??\"")]
    [InlineData(6, "", "a message of serializer 6 with the manifest \"\"")]
    [InlineData(17, "I", "a message of serializer 17 with the manifest \"I\"")]
    public async Task A_message_that_no_serializer_makes(int serializer, string manifest, string reason)
    {
        await using var server = new Server();
        using var peer = new HostilePeer(server.Address);
        peer.ShakeHands();
        peer.SendMessage(serializer, manifest, 1, 2, 3);
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync(reason);
        await server.ServesAsync();
    }

    [Fact]
    public async Task Messages_within_messages_without_end()
    {
        await using var server = new Server();
        using var peer = new HostilePeer(server.Address);
        peer.ShakeHands();
        byte[] payload = [0];
        while (payload.Length < 120_000)
        {
            var outer = new FrameWriter();
            outer.WriteBoolean(true);
            outer.WriteInt32(16);
            outer.WriteString("ID");
            outer.WriteVarint(payload.Length);
            outer.WriteBytes(payload);
            payload = outer.Written.ToArray();
        }
        peer.SendMessage(16, "ID", payload);
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync("messages within one another");
        await server.ServesAsync();
    }

    [Theory]
    [InlineData(new byte[] { 99 }, "a frame of the unknown kind 99")]
    [InlineData(new byte[] { }, "a frame that ends 1 bytes too early")]
    [InlineData(new byte[] { 2, 200, 1 }, "name 197 of 0")]
    [InlineData(new byte[] { 2, 255, 255, 255, 255, 255, 255 }, "a number of more than five bytes")]
    [InlineData(new byte[] { 2, 1, 90, 1 }, "a frame that ends 89 bytes too early")]
    [InlineData(new byte[] { 2, 1, 1, 47, 0 }, "a watch without a watcher")]
    [InlineData(new byte[] { 1, 1, 3, 58, 58, 58, 0 }, "\":::\" is not an actor's path")]
    public async Task A_frame_that_is_none(byte[] body, string reason)
    {
        await using var server = new Server();
        using var peer = new HostilePeer(server.Address);
        peer.ShakeHands();
        peer.SendFrame(writer => writer.WriteBytes(body));
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync(reason);
        await server.ServesAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("another secret")]
    public async Task A_wrong_token(string token)
    {
        await using var server = new Server(Token);
        using var peer = new HostilePeer(server.Address);
        var refused = Assert.Throws<ProtocolException>(() => peer.ShakeHands(token));
        Assert.Contains("akka.remote.token", refused.Message);
        Assert.True(peer.IsClosed());
        await server.ExpectWarningAsync("it does not know this cluster's token (akka.remote.token)");
        await server.ServesAsync(Token);
    }

    [Fact]
    public async Task A_handshake_recorded_from_a_good_peer()
    {
        await using var server = new Server(Token);
        using var good = new HostilePeer(server.Address);
        var recording = new Recording(good.Stream);
        good.Stream = recording;
        good.ShakeHands("a cluster's secret");

        using var replayed = new HostilePeer(server.Address);
        replayed.Send(recording.Sent.ToArray());
        Assert.True(replayed.IsClosed());
        await server.ExpectWarningAsync("it does not know this cluster's token (akka.remote.token)");
        await server.ServesAsync(Token);
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_token_is_not_believed()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        await using var server = new Server(Token);
        server.System.ActorSelection($"akka.tcp://here@127.0.0.1:{port}/user/echo").Tell("secret");
        using var accepted = await listener.AcceptTcpClientAsync();
        var impostor = new Incarnation(Address.Parse($"akka.tcp://here@127.0.0.1:{port}"), 5);
        Assert.Throws<ProtocolException>(() => Handshake.Accept(accepted.GetStream(), impostor, "guessed"u8.ToArray(), _ => null));
        await server.ExpectWarningAsync("it refused: it does not know this cluster's token");
    }

    [Fact]
    public async Task A_thousand_connections_that_say_nothing()
    {
        await using var server = new Server();
        var silent = Enumerable.Range(0, 1000).Select(_ => new HostilePeer(server.Address)).ToList();
        try
        {
            await server.ExpectWarningAsync("akka.remote.unauthenticated-connections");
            await server.ServesAsync();
            Assert.True(silent[0].IsClosed());
        }
        finally
        {
            silent.ForEach(peer => peer.Dispose());
        }
    }

    [Fact]
    public async Task An_incarnation_that_another_has_replaced()
    {
        await using var server = new Server();
        using HostilePeer first = new(server.Address), second = new(server.Address), again = new(server.Address);
        first.ShakeHands(uid: 1);
        second.ShakeHands(uid: 2);
        Assert.True(first.IsClosed());
        await server.ExpectWarningAsync("was restarted: its incarnation is 2 now");
        Assert.True(Assert.Throws<ProtocolException>(() => again.ShakeHands(uid: 1)).IsQuarantine);
        await server.ServesAsync();
    }

    private sealed class Server : IAsyncDisposable
    {
        private readonly RemoteFixture _fixture;
        private readonly Inbox _log;

        public Server(string hocon = "")
        {
            _fixture = new RemoteFixture(hocon);
            _log = _fixture.Inbox();
            _fixture.System.EventStream.Subscribe(_log.Actor, typeof(Warning));
            _fixture.System.ActorOf(Props.Create(() => new Echo()), "echo");
        }

        public ActorSystem System => _fixture.System;

        public string Address => _fixture.Address;

        public async Task ExpectWarningAsync(string text)
        {
            while (!(await _log.ReceiveAsync<Warning>()).Message.ToString()!.Contains(text, StringComparison.Ordinal))
            {
            }
        }

        /// <summary>A good peer is answered.</summary>
        public async Task ServesAsync(string hocon = "")
        {
            await using var good = new RemoteFixture(hocon);
            var echo = good.System.ActorSelection($"{Address}/user/echo");
            Assert.Equal("hello", await Retry.UntilAsync(() => echo.Ask<string>("hello", TimeSpan.FromSeconds(5))));
        }

        public ValueTask DisposeAsync() => _fixture.DisposeAsync();

        private sealed class Echo : ReceiveActor
        {
            public Echo() => ReceiveAny(message => Sender.Tell(message));
        }
    }

    private sealed class Recording(Stream inner) : MemoryStream
    {
        public List<byte> Sent { get; } = [];

        public override int Read(Span<byte> buffer) => inner.Read(buffer);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Sent.AddRange(buffer);
            inner.Write(buffer);
        }
    }
}
