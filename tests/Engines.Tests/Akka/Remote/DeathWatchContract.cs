using System.Diagnostics;
using Akka.Actor;
using ActorRlhf.Engines.Tests.Node.Remote;

namespace ActorRlhf.Engines.Tests.Akka.Remote;

public sealed class DeathWatchContract
{
    [Fact]
    public async Task A_watcher_hears_that_an_actor_elsewhere_has_stopped()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var nursery = await here.FindAsync(node, "nursery");
        var child = await nursery.Ask<IActorRef>("Anna", RemoteFixture.Patience);
        var inbox = here.Inbox(child);
        child.Tell(PoisonPill.Instance);
        var ended = await inbox.ReceiveAsync<Terminated>();
        Assert.Equal(child, ended.ActorRef);
        Assert.True(ended.ExistenceConfirmed);
        Assert.False(ended.AddressTerminated);
    }

    [Fact]
    public async Task A_watcher_hears_of_an_actor_that_never_was()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var ghost = ((ExtendedActorSystem)here.System).Provider.ResolveActorRef($"{node.Address}/user/ghost");
        var ended = await here.Inbox(ghost).ReceiveAsync<Terminated>();
        Assert.Equal(ghost.Path, ended.ActorRef.Path);
        Assert.False(ended.ExistenceConfirmed);
    }

    [Fact]
    public async Task A_killed_process_takes_its_actors_with_it()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        IActorRef echo = await here.FindAsync(node, "echo"), sink = await here.FindAsync(node, "sink");
        Inbox one = here.Inbox(echo, sink), other = here.Inbox(echo);
        Assert.Equal("up", await echo.Ask<string>("up", RemoteFixture.Patience));
        var time = Stopwatch.StartNew();
        node.Kill();
        var gone = new List<Terminated>();
        foreach (var inbox in new[] { one, one, other })
            gone.Add(await inbox.ReceiveAsync<Terminated>());
        Assert.All(gone, ended => Assert.True(ended.AddressTerminated));
        Assert.Equal([echo, echo, sink], gone.Select(ended => ended.ActorRef).OrderBy(actor => actor.Path.Name));
        Assert.InRange(time.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_process_that_terminates_in_good_order_ends_its_actors_one_by_one()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var echo = await here.FindAsync(node, "echo");
        var inbox = here.Inbox(echo);
        Assert.Equal("up", await echo.Ask<string>("up", RemoteFixture.Patience));
        await node.TerminateAsync();
        Assert.False((await inbox.ReceiveAsync<Terminated>()).AddressTerminated);
    }

    [Fact]
    public async Task Another_process_hears_that_an_actor_here_has_stopped()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var guard = await here.FindAsync(node, "guard");
        var mortal = here.Inbox();
        Assert.Equal("watching", await guard.Ask<string>(new Introduction(mortal.Actor, "mortal"), RemoteFixture.Patience));
        here.System.Stop(mortal.Actor);
        Assert.Equal($"gone {mortal.Actor.Path.Name} False", await node.ExpectAsync("gone"));
    }

    [Fact]
    public async Task Who_watches_no_longer_hears_nothing()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var nursery = await here.FindAsync(node, "nursery");
        var child = await nursery.Ask<IActorRef>("Anna", RemoteFixture.Patience);
        var fickle = here.System.ActorOf(Props.Create(() => new Fickle(child)));
        Assert.Equal("unwatched", await fickle.Ask<string>("unwatch", RemoteFixture.Patience));
        var witness = here.Inbox(child);
        child.Tell(PoisonPill.Instance);
        await witness.ReceiveAsync<Terminated>();
        Assert.Equal(0, await fickle.Ask<int>("heard?", RemoteFixture.Patience));
    }

    [Fact]
    public async Task A_process_that_stands_still_for_less_than_the_threshold_loses_nothing()
    {
        const int count = 5_000;
        const string threshold = "akka.remote.watch-failure-detector.acceptable-heartbeat-pause = 10 s";
        await using var here = new RemoteFixture(threshold);
        using var node = await RemoteFixture.StartNodeAsync(threshold);
        IActorRef echo = await here.FindAsync(node, "echo"), sink = await here.FindAsync(node, "sink");
        var inbox = here.Inbox(sink);
        Assert.Equal("up", await echo.Ask<string>("up", RemoteFixture.Patience));
        node.Freeze();
        for (var number = 0; number < count; number++)
            sink.Tell(new Numbered(number, new byte[200]), inbox.Actor);
        await Task.Delay(TimeSpan.FromSeconds(3)); // three heartbeats are missed; after some 11 s it would be dead
        node.Thaw();
        Assert.Equal(count, await sink.Ask<long>("count", RemoteFixture.Patience));
        Assert.Equal(0, await sink.Ask<long>("failures", RemoteFixture.Patience));
        Assert.Equal(0, inbox.Count);
    }

    [Fact]
    public async Task A_death_during_an_outage_is_heard_of_after_it()
    {
        const string threshold = "akka.remote.watch-failure-detector.acceptable-heartbeat-pause = 60 s";
        using var proxy = new Proxy();
        await using var here = new RemoteFixture($"{threshold}\n{proxy.Configuration}");
        using var node = await RemoteFixture.StartNodeAsync(threshold);
        var nursery = await here.FindAsync(node, "nursery");
        var child = await nursery.Ask<IActorRef>("Anna", RemoteFixture.Patience);
        var inbox = here.Inbox(child);
        child.Tell("hello", inbox.Actor);
        Assert.Equal("hello", await inbox.ReceiveAsync<string>());

        proxy.Cut(); // from there to here
        child.Tell(PoisonPill.Instance);
        await Retry.UntilAsync(() => proxy.Refused > 0 ? Task.FromResult(true) : Task.FromException<bool>(new TimeoutException()));
        proxy.Restore();
        Assert.Equal(child, (await inbox.ReceiveAsync<Terminated>()).ActorRef);
    }

    private sealed class Fickle : ReceiveActor
    {
        private int _heard;

        public Fickle(IActorRef whom)
        {
            Context.Watch(whom);
            Receive<string>(question => question == "unwatch", _ =>
            {
                Context.Unwatch(whom);
                Sender.Tell("unwatched");
            });
            Receive<string>(_ => Sender.Tell(_heard));
            Receive<Terminated>(_ => _heard++);
        }
    }
}
