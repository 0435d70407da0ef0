using Akka.Actor;
using Akka.TestKit;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class SupervisionContract : ActorContract
{
    [Fact]
    public void A_child_that_fails_is_restarted_by_default_with_a_new_instance_and_the_same_handle()
    {
        var child = Child(strategy: null);
        child.Tell(new Add(5));
        child.Tell(new Fail(new InvalidOperationException("broken")));
        child.Tell("total");

        ExpectMsg("start");
        ExpectMsg("pre-restart broken at Fail");
        ExpectMsg("stop");
        ExpectMsg("post-restart broken");
        ExpectMsg("start");
        ExpectMsg(0);
    }

    [Fact]
    public void A_child_that_is_resumed_keeps_its_state_and_goes_on_with_the_next_message()
    {
        var child = Child(new OneForOneStrategy(_ => Directive.Resume));
        child.Tell(new Add(5));
        child.Tell(new Fail(new InvalidOperationException("broken")));
        child.Tell(new Add(2));
        child.Tell("total");

        ExpectMsg("start");
        ExpectMsg(7);
    }

    [Fact]
    public void A_child_that_is_stopped_ends_and_its_messages_go_to_dead_letters()
    {
        var child = Child(new OneForOneStrategy(_ => Directive.Stop));
        Watch(child);
        child.Tell(new Fail(new InvalidOperationException("broken")));

        ExpectMsg("start");
        ExpectMsg("stop");
        ExpectTerminated(child);
    }

    [Fact]
    public void A_failure_that_is_escalated_makes_the_supervisor_fail_and_its_own_supervisor_decides()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Escalate))));
        var child = Ask<IActorRef>(parent, Props.Create(() => new Reporting(TestActor)));
        ExpectMsg("start");
        Watch(child);
        child.Tell(new Fail(new InvalidOperationException("broken")));

        // The default supervisor above restarts the parent, which stops its children.
        ExpectMsg("stop");
        ExpectTerminated(child);
        Assert.Empty(Ask<IActorRef[]>(parent, "children"));
    }

    [Fact]
    public void A_child_that_cannot_be_constructed_is_stopped_by_default()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(null)));
        var child = Ask<IActorRef>(parent, Props.Create<Unconstructible>());

        Watch(child);

        ExpectTerminated(child);
    }

    [Fact]
    public void A_child_may_be_restarted_so_often_within_a_time_and_is_then_stopped()
    {
        IgnoreMessages<string>(text => text != "start");
        var child = Child(new OneForOneStrategy(2, TimeSpan.FromMinutes(1), _ => Directive.Restart));
        Watch(child);
        for (var i = 0; i < 3; i++) child.Tell(new Fail(new InvalidOperationException("broken")));

        ExpectMsg("start");
        ExpectMsg("start");
        ExpectMsg("start");
        ExpectTerminated(child);
    }

    [Fact]
    public async Task A_window_of_restarts_begins_anew_when_it_has_passed()
    {
        IgnoreMessages<string>(text => text != "start");
        var child = Child(new OneForOneStrategy(1, TimeSpan.FromMilliseconds(150), _ => Directive.Restart));
        ExpectMsg("start");
        for (var i = 0; i < 3; i++)
        {
            child.Tell(new Fail(new InvalidOperationException("broken")));
            ExpectMsg("start");
            await Task.Delay(300);
        }

        child.Tell("total");
        ExpectMsg(0);
    }

    [Fact]
    public void No_restart_at_all_is_allowed_where_the_number_is_zero()
    {
        var child = Child(new OneForOneStrategy(0, TimeSpan.FromMinutes(1), _ => Directive.Restart));
        Watch(child);
        child.Tell(new Fail(new InvalidOperationException("broken")));

        ExpectMsg("start");
        ExpectMsg("stop");
        ExpectTerminated(child);
    }

    [Fact]
    public void All_for_one_restarts_the_siblings_of_the_child_that_failed()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(new AllForOneStrategy(_ => Directive.Restart))));
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var failing = Ask<IActorRef>(parent, Props.Create(() => new Reporting(first.Ref)));
        var sibling = Ask<IActorRef>(parent, Props.Create(() => new Reporting(second.Ref)));
        first.ExpectMsg("start");
        second.ExpectMsg("start");
        sibling.Tell(new Add(3));
        sibling.Tell("total");
        second.ExpectMsg(3);
        failing.Tell(new Fail(new InvalidOperationException("broken")));

        foreach (var probe in new[] { first, second })
        {
            probe.ExpectMsg<string>(text => text.StartsWith("pre-restart broken", StringComparison.Ordinal));
            probe.ExpectMsg("stop");
            probe.ExpectMsg("post-restart broken");
            probe.ExpectMsg("start");
        }

        sibling.Tell("total");
        second.ExpectMsg(0);
    }

    [Fact]
    public void All_for_one_stops_the_siblings_too()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Parent(new AllForOneStrategy(_ => Directive.Stop))));
        IgnoreMessages<string>();
        var failing = Ask<IActorRef>(parent, Props.Create(() => new Reporting(TestActor)));
        var sibling = Ask<IActorRef>(parent, Props.Create(() => new Reporting(TestActor)));
        Watch(sibling);

        failing.Tell(new Fail(new InvalidOperationException("broken")));

        ExpectTerminated(sibling);
    }

    [Fact]
    public void A_supervisor_that_restarts_stops_its_children_first_and_waits_for_them()
    {
        var parent = Sys.ActorOf(Props.Create(() => new Reporting(TestActor)));
        ExpectMsg("start");
        var child = Ask<IActorRef>(parent, Props.Create(() => new SlowToStop(TestActor)));
        Watch(child);
        parent.Tell(new Fail(new InvalidOperationException("broken")));

        ExpectMsg("pre-restart broken at Fail");
        ExpectMsg("stop");
        ExpectMsg("child gone");
        ExpectMsgAllOfInAnyOrder("post-restart broken", child);
        ExpectMsg("start");
    }

    [Fact]
    public void Messages_wait_while_an_actor_is_restarted_and_none_is_lost()
    {
        IgnoreMessages<string>();
        var child = Child(strategy: null);
        for (var i = 0; i < 100; i++)
        {
            child.Tell(new Add(1));
            if (i == 49) child.Tell(new Fail(new InvalidOperationException("broken")));
        }

        child.Tell("total");
        ExpectMsg(50);
    }

    [Fact]
    public void Kill_makes_an_actor_fail_and_the_default_is_to_stop_it()
    {
        var child = Child(strategy: null);
        Watch(child);
        child.Tell(Kill.Instance);

        ExpectMsg("start");
        ExpectMsg("stop");
        ExpectTerminated(child);
    }

    [Fact]
    public void The_strategy_of_props_wins_over_the_actors_own()
    {
        var props = Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Stop)))
            .WithSupervisorStrategy(new OneForOneStrategy(_ => Directive.Resume));
        var child = Ask<IActorRef>(Sys.ActorOf(props), Props.Create(() => new Reporting(TestActor)));
        ExpectMsg("start");
        child.Tell(new Add(4));
        child.Tell(new Fail(new InvalidOperationException("broken")));
        child.Tell("total");

        ExpectMsg(4);
    }

    [Fact]
    public void A_decider_chooses_by_the_exception()
    {
        var strategy = new OneForOneStrategy(cause => cause switch
        {
            ArithmeticException => Directive.Resume,
            ArgumentException => Directive.Stop,
            _ => Directive.Restart,
        });
        var child = Child(strategy);
        Watch(child);
        ExpectMsg("start");
        child.Tell(new Add(2));
        child.Tell(new Fail(new DivideByZeroException()));
        child.Tell("total");
        ExpectMsg(2);
        child.Tell(new Fail(new ArgumentException("no")));
        ExpectMsg("stop");
        ExpectTerminated(child);
    }

    private static T Ask<T>(IActorRef target, object message) => target.Ask<T>(message, Patience).GetAwaiter().GetResult();

    private void ExpectMsgAllOfInAnyOrder(string text, IActorRef ended)
    {
        var both = new[] { ExpectMsg<object>(), ExpectMsg<object>() };
        Assert.Contains(text, both);
        Assert.Contains(both, message => message is Terminated terminated && terminated.ActorRef.Equals(ended));
    }

    private IActorRef Child(SupervisorStrategy? strategy) =>
        Ask<IActorRef>(Sys.ActorOf(Props.Create(() => new Parent(strategy))), Props.Create(() => new Reporting(TestActor)));

    private sealed record Add(int Amount);

    private sealed record Fail(Exception Cause);

    private sealed class Parent(SupervisorStrategy? strategy) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Props props) Sender.Tell(Context.ActorOf(props));
            else Sender.Tell(Context.GetChildren().ToArray());
        }

        protected override SupervisorStrategy SupervisorStrategy() => strategy ?? base.SupervisorStrategy();
    }

    private sealed class Reporting(IActorRef probe) : UntypedActor
    {
        private int _total;

        protected override void PreStart() => probe.Tell("start");

        protected override void PostStop() => probe.Tell("stop");

        protected override void PreRestart(Exception reason, object message)
        {
            probe.Tell($"pre-restart {reason.Message} at {message?.GetType().Name ?? "nothing"}");
            base.PreRestart(reason, message!);
        }

        protected override void PostRestart(Exception reason)
        {
            probe.Tell($"post-restart {reason.Message}");
            base.PostRestart(reason);
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Add add:
                    _total += add.Amount;
                    break;
                case Fail fail:
                    throw fail.Cause;
                case Props props:
                    Sender.Tell(Context.ActorOf(props));
                    break;
                default:
                    probe.Tell(_total);
                    break;
            }
        }
    }

    private sealed class SlowToStop(IActorRef probe) : UntypedActor
    {
        protected override void PostStop()
        {
            Thread.Sleep(100);
            probe.Tell("child gone");
        }

        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Unconstructible : UntypedActor
    {
        public Unconstructible() => throw new InvalidOperationException("no");

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
