using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class TimeContract : ActorContract
{
    [Fact]
    public void A_single_timer_fires_once_and_a_periodic_one_again_and_again()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Timed(TestActor)));
        actor.Tell("single");
        ExpectMsg("tick");
        ExpectNoMsg(150);

        actor.Tell("periodic");
        for (var i = 0; i < 3; i++) ExpectMsg("tick");
    }

    [Fact]
    public void A_timer_with_the_same_key_replaces_the_one_before_even_if_that_has_fired_already()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Timed(TestActor)));
        actor.Tell("replace");

        ExpectMsg("new");
        ExpectNoMsg(150);
    }

    [Fact]
    public void A_cancelled_timer_is_not_heard_of_even_if_it_has_fired_already()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Timed(TestActor)));
        actor.Tell("cancel late");

        ExpectMsg(false);
        ExpectNoMsg(150);
    }

    [Fact]
    public void Timers_end_when_the_actor_restarts()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Timed(TestActor)));
        actor.Tell("periodic");
        ExpectMsg("tick");
        actor.Tell("fail");
        FishForMessage<string>(text => text == "started again");

        ExpectNoMsg(150);
    }

    [Fact]
    public void An_actor_that_receives_nothing_for_so_long_receives_ReceiveTimeout_again_and_again()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Idle(TestActor)));
        actor.Tell(TimeSpan.FromMilliseconds(100));

        ExpectMsg<TimeSpan>();
        ExpectMsg<TimeSpan>();
        actor.Tell("off");
        FishForMessage<string>(text => text == "off");
        ReceiveOne(TimeSpan.FromMilliseconds(250)); // one may have been on its way
        ExpectNoMsg(250);
    }

    [Fact]
    public async Task The_receive_timeout_counts_from_the_last_message()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Idle(TestActor)));
        actor.Tell(TimeSpan.FromMilliseconds(1_500));
        for (var i = 0; i < 40; i++)
        {
            await Task.Delay(50);
            actor.Tell("activity");
        }

        var idleFor = ExpectMsg<TimeSpan>();
        Assert.True(idleFor >= TimeSpan.FromMilliseconds(1_450), $"idle for {idleFor}");
    }

    [Fact]
    public async Task Marked_messages_do_not_put_the_receive_timeout_off()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Idle(TestActor)));
        actor.Tell(TimeSpan.FromMilliseconds(200));
        using var ending = new CancellationTokenSource();
        var token = ending.Token;
        var sending = Task.Run(async () =>
        {
            for (; !token.IsCancellationRequested; await Task.Delay(20)) actor.Tell(new Unnoticed(), ActorRefs.NoSender);
        });

        FishForMessage<TimeSpan>(_ => true);
        await ending.CancelAsync();
        await sending;
    }

    [Fact]
    public void The_scheduler_sends_once_and_repeatedly_and_can_be_cancelled()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(50), TestActor, "once", ActorRefs.NoSender);
        ExpectMsg("once");

        var repeated = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(
            TimeSpan.Zero, TimeSpan.FromMilliseconds(20), TestActor, "again", ActorRefs.NoSender);
        for (var i = 0; i < 3; i++) ExpectMsg("again");
        repeated.Cancel();
        ReceiveWhileSilent();

        var never = Sys.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromMilliseconds(50), TestActor, "never", ActorRefs.NoSender);
        never.Cancel();
        ExpectNoMsg(150);
        Assert.True(never.IsCancellationRequested);
    }

    [Fact]
    public void The_advanced_scheduler_runs_actions()
    {
        var actor = TestActor;
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(20), () => actor.Tell("ran"));

        ExpectMsg("ran");
    }

    private void ReceiveWhileSilent()
    {
        while (ReceiveOne(TimeSpan.FromMilliseconds(150)) is not null)
        {
        }
    }

    private sealed record Unnoticed : INotInfluenceReceiveTimeout;

    private sealed class Idle : ReceiveActor
    {
        public Idle(IActorRef probe)
        {
            Receive<TimeSpan>(time => Context.SetReceiveTimeout(time));
            Receive<string>(text => text == "off", text =>
            {
                Context.SetReceiveTimeout(null);
                probe.Tell(text);
            });
            var active = System.Diagnostics.Stopwatch.StartNew();
            Receive<string>(text => active.Restart());
            Receive<Unnoticed>(_ => { });
            Receive<ReceiveTimeout>(_ => probe.Tell(active.Elapsed));
        }
    }

    private sealed class Timed : ReceiveActor, IWithTimers
    {
        private readonly IActorRef _probe;

        public Timed(IActorRef probe)
        {
            _probe = probe;
            Receive<string>(text => text == "single", _ => Timers.StartSingleTimer("key", new Tick("tick"), TimeSpan.FromMilliseconds(30)));
            Receive<string>(text => text == "periodic", _ => Timers.StartPeriodicTimer("key", new Tick("tick"), TimeSpan.FromMilliseconds(30)));
            Receive<string>(text => text == "replace", _ =>
            {
                Timers.StartSingleTimer("key", new Tick("old"), TimeSpan.FromMilliseconds(1));
                Thread.Sleep(100); // it fires now, and waits in the mailbox
                Timers.StartSingleTimer("key", new Tick("new"), TimeSpan.FromMilliseconds(30));
            });
            Receive<string>(text => text == "cancel late", _ =>
            {
                Timers.StartSingleTimer("key", new Tick("old"), TimeSpan.FromMilliseconds(1));
                Thread.Sleep(100);
                Timers.Cancel("key");
                probe.Tell(Timers.IsTimerActive("key"));
            });
            Receive<string>(text => text == "fail", _ => throw new InvalidOperationException("broken"));
            Receive<Tick>(tick => probe.Tell(tick.Text));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PostRestart(Exception reason) => _probe.Tell("started again");

        private sealed record Tick(string Text);
    }
}
