using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class SystemContract : ActorContract
{
    public SystemContract()
        : base("""
            pinned { type = PinnedDispatcher }
            forked { type = ForkJoinDispatcher, dedicated-thread-pool.thread-count = 2 }
            small { mailbox-type = "Akka.Dispatch.BoundedMailbox, Akka", mailbox-capacity = 2, mailbox-push-timeout-time = 50ms }
            """)
    {
    }

    [Fact]
    public void Names_are_checked_and_unique_among_siblings()
    {
        Sys.ActorOf(Props.Create<Echo>(), "name");

        Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Create<Echo>(), "name"));
        foreach (var illegal in new[] { "", "a/b", "$a", "a b", "a%zz" })
            Assert.Throws<InvalidActorNameException>(() => Sys.ActorOf(Props.Create<Echo>(), illegal));
        Assert.Equal("$a", Sys.ActorOf(Props.Create<Echo>()).Path.Name);
    }

    [Fact]
    public void An_actors_path_tells_where_it_is()
    {
        var actor = Sys.ActorOf(Props.Create<Echo>(), "parent");

        Assert.Equal($"akka://{Sys.Name}/user/parent", actor.Path.ToString());
        Assert.Equal("/user/parent", actor.Path.ToStringWithoutAddress());
        Assert.Equal($"{actor.Path}#{actor.Path.Uid}", actor.Path.ToSerializationFormat());
    }

    [Fact]
    public void A_message_to_an_actor_that_has_ended_is_a_dead_letter()
    {
        var actor = Sys.ActorOf(Props.Create<Echo>());
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        actor.Tell("late");

        var letter = ExpectMsg<DeadLetter>();
        Assert.Equal("late", letter.Message);
        Assert.Equal(actor, letter.Recipient);
        Assert.Equal(TestActor, letter.Sender);
    }

    [Fact]
    public void The_event_stream_sends_to_subscribers_of_a_type_its_bases_and_interfaces()
    {
        var (bases, exact) = (CreateTestProbe(), CreateTestProbe());
        Sys.EventStream.Subscribe(bases.Ref, typeof(Animal));
        Sys.EventStream.Subscribe<Dog>(exact.Ref);
        Sys.EventStream.Publish(new Dog("Rex"));
        Sys.EventStream.Publish(new Animal("Tom"));

        bases.ExpectMsg(new Dog("Rex"));
        bases.ExpectMsg(new Animal("Tom"));
        exact.ExpectMsg(new Dog("Rex"));
        exact.ExpectNoMsg(50);

        Sys.EventStream.Unsubscribe(bases.Ref);
        Sys.EventStream.Publish(new Dog("Rex"));
        bases.ExpectNoMsg(50);
    }

    [Fact]
    public void A_bounded_mailbox_that_stays_full_sends_what_is_too_much_to_dead_letters()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        using var release = new ManualResetEventSlim();
        using var busy = new ManualResetEventSlim();
        var actor = Sys.ActorOf(Props.Create(() => new Blocking(busy, release)).WithMailbox("small"));
        actor.Tell("first");
        Assert.True(busy.Wait(Patience));
        for (var i = 0; i < 4; i++) actor.Tell(i);

        // Two wait in the mailbox, besides the one at hand.
        Assert.Equal(2, ExpectMsg<DeadLetter>().Message);
        Assert.Equal(3, ExpectMsg<DeadLetter>().Message);
        release.Set();
        ExpectMsg("first");
        ExpectMsg(0);
        ExpectMsg(1);
    }

    [Fact]
    public void An_actor_on_a_pinned_dispatcher_has_a_thread_of_its_own()
    {
        var actors = Enumerable.Range(0, 3).Select(_ => Sys.ActorOf(Props.Create<ThreadTeller>().WithDispatcher("pinned"))).ToArray();
        var threads = new List<int>();
        foreach (var actor in actors)
        {
            var own = Enumerable.Range(0, 5).Select(_ =>
            {
                actor.Tell("thread");
                return ExpectMsg<int>();
            }).Distinct().ToArray();
            threads.Add(Assert.Single(own));
        }

        Assert.Equal(3, threads.Distinct().Count());
    }

    [Fact]
    public void An_actor_can_run_on_threads_apart_from_the_pool()
    {
        var actor = Sys.ActorOf(Props.Create<ThreadTeller>().WithDispatcher("forked"));
        actor.Tell("pool");

        ExpectMsg(false);
    }

    [Fact]
    public void An_unknown_dispatcher_or_mailbox_is_a_configuration_error()
    {
        Assert.Throws<ConfigurationException>(() => Sys.ActorOf(Props.Create<Echo>().WithDispatcher("nowhere")));
        Assert.Throws<ConfigurationException>(() => Sys.ActorOf(Props.Create<Echo>().WithMailbox("nowhere")));
    }

    [Fact]
    public async Task Selections_go_by_path_relative_or_absolute_and_with_wildcards()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var parent = Sys.ActorOf(Props.Create<Spawning>(), "selected");
        parent.Tell(("worker-1", first.Ref));
        parent.Tell(("worker-2", second.Ref));
        await AwaitAssertAsync(async () =>
        {
            var found = await Sys.ActorSelection("/user/selected/worker-2").ResolveOne(TimeSpan.FromSeconds(1));
            Assert.Equal("worker-2", found.Path.Name);
        });

        Sys.ActorSelection("/user/selected/worker-*").Tell("all");
        first.ExpectMsg("all");
        second.ExpectMsg("all");

        Sys.ActorSelection($"akka://{Sys.Name}/user/selected/worker-1").Tell("one");
        first.ExpectMsg("one");

        parent.Tell("../selected/worker-2");
        second.ExpectMsg("by relative path");

        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/nobody").ResolveOne(TimeSpan.FromMilliseconds(200)));
    }

    [Fact]
    public void Every_actor_answers_Identify()
    {
        var actor = Sys.ActorOf(Props.Create<Echo>());
        actor.Tell(new Identify(7));
        var identity = ExpectMsg<ActorIdentity>();
        Assert.Equal((7, actor), (identity.MessageId, identity.Subject));

        Sys.ActorSelection("/user/nobody").Tell(new Identify(8));
        identity = ExpectMsg<ActorIdentity>();
        Assert.Equal(8, identity.MessageId);
        Assert.Null(identity.Subject);
    }

    [Fact]
    public void Props_construct_by_expression_by_arguments_and_by_a_producer()
    {
        var offset = 10;
        Sys.ActorOf(Props.Create(() => new Adding(offset, "e"))).Tell(1);
        ExpectMsg("e11");
        Sys.ActorOf(Props.Create<Adding>(20, "a")).Tell(1);
        ExpectMsg("a21");
        Sys.ActorOf(Props.Create(typeof(Adding), 30, "t")).Tell(1);
        ExpectMsg("t31");
        Sys.ActorOf(Props.CreateBy(new AddingProducer())).Tell(1);
        ExpectMsg("p41");
    }

    [Fact]
    public async Task A_forwarded_message_keeps_its_sender()
    {
        var echo = Sys.ActorOf(Props.Create<Echo>());
        var forwarder = Sys.ActorOf(Props.Create(() => new Forwarding(echo)));

        Assert.Equal("hello", await forwarder.Ask<string>("hello", Patience));
    }

    [Fact]
    public async Task A_system_that_has_ended_has_run_its_termination_callbacks_and_stopped_its_actors()
    {
        var system = ActorSystem.Create("ending");
        var callback = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        system.RegisterOnTermination(callback.SetResult);
        system.ActorOf(Props.Create(() => new Parting(stopped)));
        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(callback.Task.IsCompleted);
        Assert.True(stopped.Task.IsCompleted);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("akka.actor.provider = \"Nowhere.Provider, Nowhere\"")]
    [InlineData("akka.loggers = [\"Nowhere.Logger, Nowhere\"]")]
    public void A_system_whose_configuration_names_what_does_not_exist_is_not_made(string hocon) =>
        Assert.Throws<ConfigurationException>(() => ActorSystem.Create("nowhere", ConfigurationFactory.ParseString(hocon)));

    [Fact]
    public void A_log_event_says_who_logged_it_and_how_important_it_is()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Warning));
        var actor = Sys.ActorOf(Props.Create<Logger>(), "logging");
        actor.Tell(3);

        var logged = ExpectMsg<Warning>();
        Assert.Equal("3 of 10", logged.Message.ToString());
        Assert.Equal(LogLevel.WarningLevel, logged.LogLevel());
        Assert.Equal(typeof(Logger), logged.LogClass);
        Assert.Contains("/user/logging", logged.LogSource, StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_is_made_once_a_system()
    {
        var first = Sys.WithExtension<Counting, CountingId>();
        var second = Sys.WithExtension<Counting, CountingId>();

        Assert.Same(first, second);
        Assert.Same(first, Sys.GetExtension<Counting>());
        Assert.True(Sys.HasExtension<Counting>());
    }

    private record Animal(string Name);

    private sealed record Dog(string Name) : Animal(Name);

    private sealed class Counting : IExtension;

    private sealed class CountingId : ExtensionIdProvider<Counting>
    {
        public override Counting CreateExtension(ExtendedActorSystem system) => new();
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Forwarding : ReceiveActor
    {
        public Forwarding(IActorRef target) => ReceiveAny(target.Forward);
    }

    private sealed class ThreadTeller : ReceiveActor
    {
        public ThreadTeller()
        {
            Receive<string>(text => text == "thread", _ => Sender.Tell(Environment.CurrentManagedThreadId));
            Receive<string>(_ => Sender.Tell(Thread.CurrentThread.IsThreadPoolThread));
        }
    }

    private sealed class Blocking : ReceiveActor
    {
        public Blocking(ManualResetEventSlim busy, ManualResetEventSlim release) => ReceiveAny(message =>
        {
            busy.Set();
            release.Wait(TimeSpan.FromSeconds(10));
            Sender.Tell(message);
        });
    }

    private sealed class Spawning : ReceiveActor
    {
        public Spawning()
        {
            Receive<(string Name, IActorRef Target)>(message => Context.ActorOf(Props.Create(() => new Passing(message.Target)), message.Name));
            Receive<string>(path => Context.ActorSelection(path).Tell("by relative path"));
        }
    }

    private sealed class Passing : ReceiveActor
    {
        public Passing(IActorRef target) => ReceiveAny(message => target.Tell(message));
    }

    private sealed class Adding : ReceiveActor
    {
        public Adding(int offset, string prefix) => Receive<int>(number => Sender.Tell(prefix + (number + offset)));
    }

    private sealed class AddingProducer : IIndirectActorProducer
    {
        public Type ActorType => typeof(Adding);

        public ActorBase Produce() => new Adding(40, "p");

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class Parting(TaskCompletionSource stopped) : UntypedActor
    {
        protected override void PostStop() => stopped.SetResult();

        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Logger : ReceiveActor
    {
        public Logger()
        {
            var log = Context.GetLogger();
            Receive<int>(number => log.Warning("{0} of {1}", number, 10));
        }
    }
}
