using Akka.Actor;
using Akka.Event;
using ActorRlhf.Engines.Tests.Akka.Remote;

namespace ActorRlhf.Engines.Tests.Embedded.Remote;

public sealed class TlsTests
{
    [Fact]
    public async Task Nodes_that_share_a_certificate_need_no_authority_for_it()
    {
        using var certificate = new SelfSigned();
        var hocon = certificate.Configure(suppressValidation: false);
        await using RemoteFixture here = new(hocon), there = new(hocon);
        var inbox = there.Inbox();
        var path = there.Address + inbox.Actor.Path.ToStringWithoutAddress();
        var found = await here.System.ActorSelection(path).ResolveOne(RemoteFixture.Patience);
        found.Tell("hello");
        Assert.Equal("hello", await inbox.ReceiveAsync<string>());
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using SelfSigned own = new(), strange = new();
        await using var here = new RemoteFixture(own.Configure(suppressValidation: false));
        await using var there = new RemoteFixture(strange.Configure(suppressValidation: true));
        var log = here.Inbox();
        here.System.EventStream.Subscribe(log.Actor, typeof(Warning));
        here.System.ActorSelection(there.Address + "/user/any").Tell("secret");
        Assert.Contains("Cannot reach", (await log.ReceiveAsync<Warning>()).Message.ToString());
    }

    [Fact]
    public async Task A_certificate_that_the_configuration_trusts_needs_no_authority()
    {
        using SelfSigned own = new(), other = new();
        await using var here = new RemoteFixture(own.Configure(suppressValidation: false) + Trust(other));
        await using var there = new RemoteFixture(other.Configure(suppressValidation: false) + Trust(own));
        var path = there.Address + there.Inbox().Actor.Path.ToStringWithoutAddress();
        Assert.Equal(path, (await here.System.ActorSelection(path).ResolveOne(RemoteFixture.Patience)).Path.ToString());

        static string Trust(SelfSigned certificate) => $"\nakka.remote.trusted-certificates = \"\"\"{certificate.Pem}\"\"\"";
    }

    [Fact]
    public void Trusted_certificates_that_are_none_are_an_error()
    {
        using var own = new SelfSigned();
        var error = Assert.ThrowsAny<Exception>(() => new RemoteFixture(own.Configure(suppressValidation: false) + "\nakka.remote.trusted-certificates = \"a file.pem\""));
        Assert.Contains("akka.remote.trusted-certificates has no certificate in PEM", error.ToString());
    }

    [Fact]
    public async Task A_peer_without_TLS_is_refused()
    {
        using var certificate = new SelfSigned();
        await using var server = new RemoteFixture(certificate.Configure(suppressValidation: false));
        var log = server.Inbox();
        server.System.EventStream.Subscribe(log.Actor, typeof(Warning));
        using var peer = new HostilePeer(server.Address);
        peer.SendFrame(writer => writer.WriteBytes("hello"u8));
        Assert.True(peer.IsClosed());
        Assert.Contains("Closed the connection from", (await log.ReceiveAsync<Warning>()).Message.ToString());
    }
}
