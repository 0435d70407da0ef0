using Akka.Actor;
using Akka.Event;
using ActorRlhf.Engines.Tests.Akka;
using ActorRlhf.Engines.Tests.Akka.Remote;
using ActorRlhf.Engines.Tests.Node.Remote;

namespace ActorRlhf.Engines.Tests.Embedded.Remote;

public sealed class OutageTests
{
    [Fact]
    public async Task What_is_sent_to_a_peer_that_cannot_be_reached_goes_to_dead_letters_until_it_is_there()
    {
        using var port = new Proxy();
        port.Cut();
        await using var here = new RemoteFixture();
        Inbox lost = here.Inbox(), log = here.Inbox();
        here.System.EventStream.Subscribe(lost.Actor, typeof(DeadLetter));
        here.System.EventStream.Subscribe(log.Actor, typeof(Warning));
        var absent = here.System.ActorSelection($"akka.tcp://there@127.0.0.1:{port.Target}/user/echo");
        for (var number = 0; number < 10; number++)
            absent.Tell(new Numbered(number, []), here.Inbox().Actor);
        var numbers = new HashSet<long>();
        while (numbers.Count < 10)
            numbers.Add(((Numbered)((ActorSelectionMessage)(await lost.ReceiveAsync<DeadLetter>()).Message).Message).Number);
        Assert.StartsWith($"Cannot reach akka.tcp://there@127.0.0.1:{port.Target}: ", (await log.ReceiveAsync<Warning>()).Message.ToString());

        using var node = await RemoteFixture.StartNodeAsync($"akka.remote.dot-netty.tcp.port = {port.Target}");
        var echo = await here.FindAsync(node, "echo");
        Assert.Equal("hello", await echo.Ask<string>("hello", RemoteFixture.Patience));
    }

    [Fact]
    public async Task A_queue_that_is_full_sends_the_rest_to_dead_letters_and_what_it_holds_arrives_in_order()
    {
        const int count = 2000;
        await using var here = new RemoteFixture(
            "akka.remote { outbound-queue-size = 100, watch-failure-detector.acceptable-heartbeat-pause = 60 s }");
        using var node = await RemoteFixture.StartNodeAsync();
        var sink = await here.FindAsync(node, "sink");
        Assert.Equal(0, await sink.Ask<long>("count", RemoteFixture.Patience));
        Inbox lost = here.Inbox(), log = here.Inbox();
        here.System.EventStream.Subscribe(lost.Actor, typeof(DeadLetter));
        here.System.EventStream.Subscribe(log.Actor, typeof(Warning));

        node.Freeze();
        for (var number = 0; number < count; number++) // 100 MB: more than the sockets hold
            sink.Tell(new Numbered(number, new byte[50_000]));
        Assert.Contains("as many as akka.remote.outbound-queue-size allows", (await log.ReceiveAsync<Warning>()).Message.ToString());
        node.Thaw();
        var arrived = await Retry.UntilAsync(() => sink.Ask<long>("count", TimeSpan.FromSeconds(1))); // behind the others, if it is not dropped too
        Assert.InRange(arrived, 100, count - 1);
        var dropped = new HashSet<long>();
        while (dropped.Count < count - arrived)
        {
            if ((await lost.ReceiveAsync<DeadLetter>()).Message is Numbered numbered)
                Assert.True(dropped.Add(numbered.Number));
        }
        var breaks = Enumerable.Range(1, count - 1).Count(number => !dropped.Contains(number) && dropped.Contains(number - 1));
        Assert.Equal(breaks, await sink.Ask<long>("failures", RemoteFixture.Patience));
    }

    [Fact]
    public async Task A_process_that_stood_still_itself_declares_nobody_dead_for_it()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync("akka.remote.watch-failure-detector.acceptable-heartbeat-pause = 1 s");
        IActorRef guard = await here.FindAsync(node, "guard"), echo = await here.FindAsync(node, "echo");
        var mortal = here.Inbox();
        Assert.Equal("watching", await guard.Ask<string>(new Introduction(mortal.Actor, "mortal"), RemoteFixture.Patience));
        node.Freeze();
        await Task.Delay(TimeSpan.FromSeconds(4)); // twice the time after which it declares a peer dead
        node.Thaw();
        Assert.Equal("up", await echo.Ask<string>("up", RemoteFixture.Patience));
        here.System.Stop(mortal.Actor);
        Assert.Equal($"gone {mortal.Actor.Path.Name} False", await node.ExpectAsync("gone"));
    }
}
