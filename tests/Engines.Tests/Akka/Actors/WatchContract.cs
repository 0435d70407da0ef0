using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class WatchContract : ActorContract
{
    [Fact]
    public void A_watcher_hears_of_an_actors_end_once()
    {
        var actor = Sys.ActorOf(Props.Create<Silent>());
        Watch(actor);
        Watch(actor);
        actor.Tell(PoisonPill.Instance);

        Assert.True(ExpectTerminated(actor).ExistenceConfirmed);
        ExpectNoMsg(100);
    }

    [Fact]
    public void A_watcher_of_an_actor_that_has_ended_hears_of_it_too()
    {
        var actor = Sys.ActorOf(Props.Create<Silent>());
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);

        Watch(actor);

        Assert.False(ExpectTerminated(actor).ExistenceConfirmed);
    }

    [Fact]
    public void What_an_actor_received_before_its_end_comes_before_the_news_of_it()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Echo()));
        Watch(actor);
        for (var i = 0; i < 100; i++) actor.Tell(i);
        actor.Tell(PoisonPill.Instance);

        for (var i = 0; i < 100; i++) ExpectMsg(i);
        ExpectTerminated(actor);
    }

    [Fact]
    public void After_Unwatch_the_end_is_no_news_even_if_it_was_on_its_way()
    {
        var watcher = Sys.ActorOf(Props.Create(() => new Watcher(TestActor)));
        var actor = Sys.ActorOf(Props.Create<Silent>());
        watcher.Tell(new Watched(actor));
        ExpectMsg("watching");
        // The watcher does not come to the news before it is done with this.
        watcher.Tell(new StopAndUnwatch(actor));
        watcher.Tell("there?");

        ExpectMsg("unwatched");
        ExpectMsg("there?");
        ExpectNoMsg(100);
    }

    [Fact]
    public void WatchWith_sends_the_message_that_it_was_given()
    {
        var watcher = Sys.ActorOf(Props.Create(() => new Watcher(TestActor)));
        var actor = Sys.ActorOf(Props.Create<Silent>());
        watcher.Tell(new WatchedWith(actor, "gone"));
        ExpectMsg("watching");
        actor.Tell(PoisonPill.Instance);

        ExpectMsg("gone");
    }

    [Fact]
    public void The_first_Watch_counts()
    {
        var watcher = Sys.ActorOf(Props.Create(() => new Watcher(TestActor)));
        var actor = Sys.ActorOf(Props.Create<Silent>());
        watcher.Tell(new WatchedWith(actor, "gone"));
        ExpectMsg("watching");
        watcher.Tell(new WatchedWith(actor, "left"));
        ExpectMsg("watching");
        actor.Tell(PoisonPill.Instance);

        ExpectMsg("gone");
    }

    [Fact]
    public void A_watcher_that_does_not_handle_the_news_fails_with_DeathPactException_and_is_stopped()
    {
        var watcher = Sys.ActorOf(Props.Create<Unprepared>());
        var actor = Sys.ActorOf(Props.Create<Silent>());
        Watch(watcher);
        watcher.Tell(actor, TestActor);
        ExpectMsg("watching");
        actor.Tell(PoisonPill.Instance);

        ExpectTerminated(watcher);
    }

    [Fact]
    public void A_name_is_free_again_when_its_parent_has_seen_the_child_end_and_the_new_actor_is_another()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Namer(TestActor)));
        parent.Tell("make");
        var first = ExpectMsg<IActorRef>();
        parent.Tell("remake");
        var second = ExpectMsg<IActorRef>();

        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first.Path.Uid, second.Path.Uid);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task GracefulStop_says_whether_the_actor_ended_in_time()
    {
        var prompt = Sys.ActorOf(Props.Create<Silent>());
        Assert.True(await prompt.GracefulStop(Patience));

        using var release = new ManualResetEventSlim();
        var busy = Sys.ActorOf(Props.Create(() => new Busy(release)));
        busy.Tell("work");
        Assert.False(await busy.GracefulStop(TimeSpan.FromMilliseconds(100)));
        release.Set();
    }

    [Fact]
    public void A_parent_ends_after_its_children()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Namer(TestActor)));
        parent.Tell("make");
        var child = ExpectMsg<IActorRef>();
        Watch(parent);
        Watch(child);
        Sys.Stop(parent);

        ExpectTerminated(child);
        ExpectTerminated(parent);
    }

    private sealed record Watched(IActorRef Subject);

    private sealed record WatchedWith(IActorRef Subject, object Message);

    private sealed record StopAndUnwatch(IActorRef Subject);

    private sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Busy : ReceiveActor
    {
        public Busy(ManualResetEventSlim release) => ReceiveAny(_ => release.Wait(TimeSpan.FromSeconds(10)));
    }

    private sealed class Unprepared : ReceiveActor
    {
        public Unprepared() => Receive<IActorRef>(subject =>
        {
            Context.Watch(subject);
            Sender.Tell("watching");
        });
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(IActorRef probe)
        {
            Receive<Watched>(message =>
            {
                Context.Watch(message.Subject);
                probe.Tell("watching");
            });
            Receive<WatchedWith>(message =>
            {
                Context.WatchWith(message.Subject, message.Message);
                probe.Tell("watching");
            });
            ReceiveAsync<StopAndUnwatch>(async message =>
            {
                await message.Subject.GracefulStop(Patience);
                Context.Unwatch(message.Subject);
                probe.Tell("unwatched");
            });
            Receive<Terminated>(message => probe.Tell(message));
            Receive<string>(text => probe.Tell(text));
        }
    }

    private sealed class Namer : ReceiveActor
    {
        public Namer(IActorRef probe)
        {
            Receive<string>(text => text == "make", _ => probe.Tell(Context.ActorOf(Props.Create<Silent>(), "name")));
            Receive<string>(_ =>
            {
                Context.Watch(Context.Child("name"));
                Context.Stop(Context.Child("name"));
            });
            Receive<Terminated>(_ => probe.Tell(Context.ActorOf(Props.Create<Silent>(), "name")));
        }
    }
}
