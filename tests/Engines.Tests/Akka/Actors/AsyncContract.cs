using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class AsyncContract : ActorContract
{
    [Fact]
    public void An_asynchronous_handler_ends_before_the_next_message_is_received()
    {
        var actor = Sys.ActorOf(Props.Create<Awaiting>());
        for (var i = 0; i < 50; i++) actor.Tell(i);

        for (var i = 0; i < 50; i++)
        {
            ExpectMsg($"begin {i}");
            ExpectMsg($"end {i}");
        }
    }

    [Fact]
    public void After_an_await_the_sender_self_and_context_are_those_of_the_message()
    {
        var actor = Sys.ActorOf(Props.Create<Awaiting>());
        actor.Tell("context");

        var (sender, self, child) = ExpectMsg<(IActorRef, IActorRef, IActorRef)>();
        Assert.Equal(TestActor, sender);
        Assert.Equal(actor, self);
        Assert.Equal(actor.Path / "made", child.Path);
    }

    [Fact]
    public void A_failure_after_an_await_is_the_supervisors_business()
    {
        var actor = Sys.ActorOf(Props.Create<Awaiting>());
        actor.Tell("fail");
        actor.Tell("generation");

        ExpectMsg("restarted");
        ExpectMsg("here");
    }

    [Fact]
    public void A_handler_may_await_the_answer_of_a_child()
    {
        var actor = Sys.ActorOf(Props.Create<Awaiting>());
        actor.Tell("ask");

        ExpectMsg("answer");
    }

    [Fact]
    public void PipeTo_sends_the_result_or_the_failure()
    {
        Task.FromResult("result").PipeTo(TestActor);
        ExpectMsg("result");

        Task.FromException<string>(new InvalidOperationException("broken")).PipeTo(TestActor);
        Assert.IsType<InvalidOperationException>(ExpectMsg<Status.Failure>().Cause);

        Task.FromResult(3).PipeTo(TestActor, success: number => $"got {number}", failure: e => "no");
        ExpectMsg("got 3");

        Task.FromException<int>(new InvalidOperationException("broken")).PipeTo(TestActor, success: number => "no", failure: e => $"failed {e.Message}");
        ExpectMsg("failed broken");
    }

    private sealed class Awaiting : ReceiveActor
    {
        public Awaiting()
        {
            ReceiveAsync<int>(async number =>
            {
                Sender.Tell($"begin {number}");
                await Task.Yield();
                await Task.Delay(number % 3);
                Sender.Tell($"end {number}");
            });
            ReceiveAsync<string>(text => text == "context", async _ =>
            {
                await Task.Delay(10);
                Sender.Tell((Sender, Self, Context.ActorOf(Props.Create<Awaiting>(), "made")));
            });
            ReceiveAsync<string>(text => text == "fail", async _ =>
            {
                await Task.Delay(10);
                Become(() => Receive<string>(_ => Sender.Tell("still the old one")));
                throw new InvalidOperationException("broken");
            });
            ReceiveAsync<string>(text => text == "ask", async _ =>
            {
                var child = Context.ActorOf(Props.Create<Awaiting>());
                Sender.Tell(await child.Ask<string>("question", Patience));
            });
            Receive<string>(text => text == "question", _ => Sender.Tell("answer"));
            Receive<string>(text => text == "generation", _ => Sender.Tell("here"));
        }

        protected override void PreRestart(Exception reason, object message)
        {
            Sender.Tell("restarted");
            base.PreRestart(reason, message);
        }
    }
}
