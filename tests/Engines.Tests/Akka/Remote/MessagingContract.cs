using Akka.Actor;
using Akka.Remote;
using ActorRlhf.Engines.Tests.Node.Remote;

namespace ActorRlhf.Engines.Tests.Akka.Remote;

public sealed class MessagingContract
{
    [Fact]
    public async Task Messages_of_one_actor_to_another_arrive_in_order_and_their_answers_too()
    {
        const int count = 20_000;
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        IActorRef echo = await here.FindAsync(node, "echo"), sink = await here.FindAsync(node, "sink");
        var inbox = here.Inbox();
        for (var number = 0; number < count; number++)
        {
            sink.Tell(new Numbered(number, []), inbox.Actor);
            echo.Tell(new Numbered(number, new byte[number % 700]), inbox.Actor);
        }
        for (var number = 0; number < count; number++)
        {
            var answer = await inbox.ReceiveAsync<Numbered>();
            Assert.Equal(number, answer.Number);
            Assert.Equal(number % 700, answer.Ballast.Length);
        }
        Assert.Equal(count, await sink.Ask<long>("count", RemoteFixture.Patience));
        Assert.Equal(0, await sink.Ask<long>("failures", RemoteFixture.Patience));
    }

    [Fact]
    public async Task An_actor_of_another_process_finds_and_tells_one_here_in_order()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var inbox = here.Inbox();
        node.Command(here.Address + inbox.Actor.Path.ToStringWithoutAddress());
        for (var number = 0; number < 1000; number++)
            Assert.Equal(number, (await inbox.ReceiveAsync<Numbered>()).Number);
    }

    [Fact]
    public async Task Questions_are_answered_across_processes_and_time_out_where_nobody_answers()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var echo = await here.FindAsync(node, "echo");
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => echo.Ask<int>(number, RemoteFixture.Patience)));
        Assert.Equal(Enumerable.Range(0, 200), answers);
        var nobody = await here.FindAsync(node, "guard");
        await Assert.ThrowsAsync<AskTimeoutException>(() => nobody.Ask<string>("?", TimeSpan.FromSeconds(0.3)));
    }

    [Theory]
    [InlineData("Hællo, 世界 😀")]
    [InlineData("")]
    [InlineData(int.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task Primitives_arrive_as_they_were(object value)
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var echo = await here.FindAsync(node, "echo");
        Assert.Equal(value, await echo.Ask(value, RemoteFixture.Patience));
    }

    [Fact]
    public async Task A_reference_in_a_message_leads_back_to_the_actor_wherever_it_is()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        IActorRef echo = await here.FindAsync(node, "echo"), nursery = await here.FindAsync(node, "nursery");
        var inbox = here.Inbox();

        var back = await echo.Ask<Introduction>(new Introduction(inbox.Actor, "me"), RemoteFixture.Patience);
        Assert.Equal("me", back.Name);
        Assert.Equal(inbox.Actor, back.Whom);

        var child = await nursery.Ask<IActorRef>("Anna", RemoteFixture.Patience);
        Assert.Equal($"{node.Address}/user/nursery/Anna", child.Path.ToString());
        child.Tell("hello", inbox.Actor);
        Assert.Equal("hello", await inbox.ReceiveAsync<string>());
        Assert.Equal(child, await echo.Ask<IActorRef>(child, RemoteFixture.Patience));
    }

    [Fact]
    public async Task Identify_tells_who_is_there_and_that_nobody_is()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        ActorSelection Select(string name) => here.System.ActorSelection($"{node.Address}/user/{name}");
        ActorSelection echo = Select("echo"), ghost = Select("ghost");
        var there = await echo.Ask<ActorIdentity>(new Identify(7), RemoteFixture.Patience);
        Assert.Equal(7, there.MessageId);
        Assert.Equal($"{node.Address}/user/echo", there.Subject!.Path.ToString());
        var nobody = await ghost.Ask<ActorIdentity>(new Identify("who?"), RemoteFixture.Patience);
        Assert.Equal("who?", nobody.MessageId);
        Assert.Null(nobody.Subject);
        await Assert.ThrowsAsync<ActorNotFoundException>(() => ghost.ResolveOne(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_wildcard_selects_every_match_in_the_other_process()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var nursery = await here.FindAsync(node, "nursery");
        foreach (var name in new[] { "Anna", "Anton", "Berta" })
            await nursery.Ask<IActorRef>(name, RemoteFixture.Patience);
        var inbox = here.Inbox();
        here.System.ActorSelection($"{node.Address}/user/nursery/An*").Tell("hello", inbox.Actor);
        Assert.Equal("hello", await inbox.ReceiveAsync<string>());
        Assert.Equal("hello", await inbox.ReceiveAsync<string>());
        here.System.ActorSelection($"{node.Address}/user/nursery/Berta").Tell("last", inbox.Actor);
        Assert.Equal("last", await inbox.ReceiveAsync<string>());
    }

    [Fact]
    public async Task A_message_larger_than_a_frame_is_lost_and_those_around_it_are_not()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var echo = await here.FindAsync(node, "echo");
        var inbox = here.Inbox();
        echo.Tell(new Numbered(1, new byte[100_000]), inbox.Actor);
        echo.Tell(new Numbered(2, new byte[128_000]), inbox.Actor);
        echo.Tell(new Numbered(3, new byte[100_000]), inbox.Actor);
        Assert.Equal(1, (await inbox.ReceiveAsync<Numbered>()).Number);
        Assert.Equal(3, (await inbox.ReceiveAsync<Numbered>()).Number);
    }

    [Fact]
    public async Task Large_frames_can_be_configured()
    {
        const string large = "akka.remote.dot-netty.tcp { maximum-frame-size = 8m, send-buffer-size = 16m, receive-buffer-size = 16m }";
        await using var here = new RemoteFixture(large);
        using var node = await RemoteFixture.StartNodeAsync(large);
        var echo = await here.FindAsync(node, "echo");
        var ballast = new byte[5_000_000];
        new Random(3).NextBytes(ballast);
        var answer = await echo.Ask<Numbered>(new Numbered(1, ballast), RemoteFixture.Patience);
        Assert.Equal(ballast, answer.Ballast);
    }

    [Fact]
    public async Task A_message_to_an_actor_that_has_stopped_does_not_reach_its_successor_of_the_same_name()
    {
        await using var here = new RemoteFixture();
        using var node = await RemoteFixture.StartNodeAsync();
        var nursery = await here.FindAsync(node, "nursery");
        var first = await nursery.Ask<IActorRef>("Anna", RemoteFixture.Patience);
        var inbox = here.Inbox(first);
        first.Tell(PoisonPill.Instance);
        Assert.Equal(first, (await inbox.ReceiveAsync<Terminated>()).ActorRef);

        var second = await nursery.Ask<IActorRef>("Anna", RemoteFixture.Patience);
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
        first.Tell("to the first", inbox.Actor);
        second.Tell("to the second", inbox.Actor);
        Assert.Equal("to the second", await inbox.ReceiveAsync<string>());
    }

    [Fact]
    public async Task A_restarted_process_at_the_same_address_is_another_incarnation()
    {
        await using var here = new RemoteFixture();
        using var first = await RemoteFixture.StartNodeAsync();
        var old = await here.FindAsync(first, "echo");
        var inbox = here.Inbox(old);
        old.Tell("to the first", inbox.Actor);
        Assert.Equal("to the first", await inbox.ReceiveAsync<string>());
        first.Kill();

        using var second = await RemoteFixture.StartNodeAsync($"akka.remote.dot-netty.tcp.port = {first.Port}");
        Assert.Equal(first.Address, second.Address);
        var ended = await inbox.ReceiveAsync<Terminated>();
        Assert.Equal(old, ended.ActorRef);
        Assert.True(ended.AddressTerminated);

        var echo = await here.FindAsync(second, "echo");
        Assert.NotEqual(old, echo);
        old.Tell("to the first", inbox.Actor);
        echo.Tell("to the second", inbox.Actor);
        Assert.Equal("to the second", await inbox.ReceiveAsync<string>());
    }

    [Fact]
    public async Task A_process_has_a_number_of_its_own()
    {
        await using RemoteFixture one = new(), other = new();
        Assert.NotEqual(AddressUidExtension.Uid(one.System), AddressUidExtension.Uid(other.System));
        Assert.Equal(AddressUidExtension.Uid(one.System), AddressUidExtension.Uid(one.System));
    }
}
