using Akka.Actor;
using ActorRlhf.Engines.Tests.Node.Remote;

namespace ActorRlhf.Engines.Tests.Akka.Remote;

public sealed class TlsContract
{
    [Fact]
    public async Task Processes_talk_over_TLS()
    {
        using var certificate = new SelfSigned();
        await using var here = new RemoteFixture(certificate.Configure(suppressValidation: true));
        using var node = await RemoteFixture.StartNodeAsync(certificate.Configure(suppressValidation: true));
        Assert.StartsWith("akka.ssl.tcp://there@127.0.0.1:", node.Address);
        IActorRef echo = await here.FindAsync(node, "echo"), sink = await here.FindAsync(node, "sink");
        var inbox = here.Inbox(echo);
        for (var number = 0; number < 5000; number++)
            sink.Tell(new Numbered(number, new byte[100]), inbox.Actor);
        Assert.Equal(5000, await sink.Ask<long>("count", RemoteFixture.Patience));
        Assert.Equal(0, await sink.Ask<long>("failures", RemoteFixture.Patience));
        var answer = await echo.Ask<Numbered>(new Numbered(1, new byte[100_000]), RemoteFixture.Patience);
        Assert.Equal(100_000, answer.Ballast.Length);
        node.Kill();
        Assert.True((await inbox.ReceiveAsync<Terminated>()).AddressTerminated);
    }
}
