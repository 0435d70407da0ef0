using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Akka.TestKit;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

/// <summary>A supervisor that makes its child again after a pause. The child says "start" and "stop", answers texts, and stops at "end" and "enough".</summary>
public sealed class BackoffContract : ActorContract
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public void A_child_that_stops_is_made_again_after_a_pause_that_grows()
    {
        var supervisor = Sys.ActorOf(BackoffSupervisor.Props(Child(), "child", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), randomFactor: 0));
        var clock = Stopwatch.StartNew();
        ExpectMsg("start");
        supervisor.Tell("hello");
        ExpectMsg("hello");
        foreach (var pause in new[] { 200, 400 })
        {
            clock.Restart();
            supervisor.Tell("enough");
            ExpectMsg("stop");
            ExpectMsg("start");
            Assert.True(clock.ElapsedMilliseconds >= pause - 20, $"the pause was {clock.ElapsedMilliseconds} ms; {pause} expected");
        }
    }

    [Fact]
    public void Without_a_final_stop_message_the_child_of_options_is_made_again()
    {
        var supervisor = Supervisor(Short);
        ExpectMsg("start");
        for (var i = 0; i < 2; i++)
        {
            supervisor.Tell("enough");
            ExpectMsg("stop");
            ExpectMsg("start");
        }
    }

    [Fact]
    public void A_final_stop_message_is_passed_on_and_when_the_child_stops_so_does_the_supervisor()
    {
        var supervisor = Supervisor(Short);
        ExpectMsg("start");
        supervisor.Tell("end soon");
        supervisor.Tell("hello");
        ExpectMsg("end soon");
        ExpectMsg("hello"); // until it stops by itself it gets what is sent
        supervisor.Tell("enough");
        ExpectMsg("stop");
        ExpectTerminated(supervisor);
        Assert.False(HasMessages);
    }

    [Fact]
    public void Where_there_is_no_child_a_final_stop_message_ends_the_supervisor_at_once_and_others_do_not()
    {
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        var supervisor = Supervisor(Long);
        ExpectMsg("start");
        supervisor.Tell("enough");
        ExpectMsg("stop");
        Assert.True(SpinWait.SpinUntil(() => !HasChild(supervisor), Patience));
        supervisor.Tell("hello");
        letters.FishForMessage<DeadLetter>(letter => letter.Message is "hello", Patience);
        supervisor.Tell("end");
        letters.FishForMessage<DeadLetter>(letter => letter.Message is "end", Patience);
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void What_the_child_sends_goes_to_the_supervisors_parent_and_is_no_final_stop_message()
    {
        var supervisor = ChildOfAParent(Backoff.OnStop(Child(), "child", Short, Short, 0, -1).WithFinalStopMessage(IsFinal));
        ExpectMsg("start");
        supervisor.Tell("say end");
        ExpectMsg("parent: end");
        supervisor.Tell("enough");
        ExpectMsg("stop");
        ExpectMsg("start");
    }

    [Fact]
    public void A_child_may_be_made_again_so_often_and_then_the_supervisor_ends()
    {
        var supervisor = Sys.ActorOf(BackoffSupervisor.Props(Backoff.OnStop(Child(), "child", Short, Short, 0, 1)));
        Watch(supervisor);
        supervisor.Tell("enough");
        ExpectMsg("start");
        ExpectMsg("stop");
        ExpectMsg("start");
        supervisor.Tell("enough");
        ExpectMsg("stop");
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void A_child_that_throws_is_restarted_at_once()
    {
        var supervisor = Supervisor(Long);
        ExpectMsg("start");
        supervisor.Tell("throw");
        ExpectMsg("stop");
        ExpectMsg("start");
        supervisor.Tell("hello");
        ExpectMsg("hello");
    }

    [Theory]
    [InlineData(0, 10, 0.2)]
    [InlineData(10, 5, 0.2)]
    [InlineData(10, 20, 1.5)]
    [InlineData(10, 20, -0.5)]
    public void Pauses_that_cannot_be_are_refused(int shortest, int longest, double randomFactor) => Assert.ThrowsAny<ArgumentException>(() => BackoffSupervisor.Props(
        Backoff.OnStop(Child(), "child", TimeSpan.FromSeconds(shortest), TimeSpan.FromSeconds(longest), randomFactor, -1)));

    private static bool IsFinal(object message) => message is string text && text.StartsWith("end", StringComparison.Ordinal);

    private static bool HasChild(IActorRef supervisor) =>
        supervisor.Ask<BackoffSupervisor.CurrentChild>(BackoffSupervisor.GetCurrentChild.Instance, Patience).Result.Ref is { } child && !child.IsNobody();

    private IActorRef Supervisor(TimeSpan pause) =>
        Watch(Sys.ActorOf(BackoffSupervisor.Props(Backoff.OnStop(Child(), "child", pause, pause, 0, -1).WithFinalStopMessage(IsFinal))));

    private IActorRef ChildOfAParent(BackoffOptions options)
    {
        var (props, probe) = (BackoffSupervisor.Props(options), TestActor);
        var parent = Sys.ActorOf(Props.Create(() => new Parent(probe)));
        return parent.Ask<IActorRef>(props, Patience).Result;
    }

    private Props Child()
    {
        var probe = TestActor;
        return Props.Create(() => new Speaking(probe));
    }

    private sealed class Parent(IActorRef probe) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Props props) Sender.Tell(Context.ActorOf(props));
            else probe.Tell($"parent: {message}");
        }
    }

    private sealed class Speaking(IActorRef probe) : UntypedActor
    {
        protected override void PreStart() => probe.Tell("start");

        protected override void PostStop() => probe.Tell("stop");

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "enough" or "end":
                    Context.Stop(Self);
                    break;
                case "throw":
                    throw new InvalidOperationException("broken");
                case string text when text.StartsWith("say ", StringComparison.Ordinal):
                    Context.Parent.Tell(text[4..]);
                    break;
                default:
                    probe.Tell(message);
                    break;
            }
        }
    }
}
