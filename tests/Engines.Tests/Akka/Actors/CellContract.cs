using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

/// <summary>What can be seen of an actor from outside, and what an actor can see of what is done to it.</summary>
public sealed class CellContract : ActorContract
{
    [Fact]
    public void Messages_that_wait_are_counted_from_outside()
    {
        using var gate = new SemaphoreSlim(0);
        var actor = Sys.ActorOf(Props.Create(() => new Held(gate)), "held");
        var cell = Assert.IsAssignableFrom<ActorRefWithCell>(actor).Underlying;
        actor.Tell("hold", TestActor);
        ExpectMsg("held");
        for (var i = 0; i < 5; i++) actor.Tell(i, TestActor);
        Assert.Equal((5, true, actor), (cell.NumberOfMessages, cell.HasMessages, cell.Self));
        gate.Release();
        ReceiveN(5);
        AwaitCondition(() => cell.NumberOfMessages == 0, Patience);
        Assert.False(cell.IsTerminated);
        Sys.Stop(actor);
        AwaitCondition(() => cell.IsTerminated, Patience);
    }

    [Fact]
    public void AroundPreRestart_sees_every_failure_and_AroundPostStop_the_end()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Witness(TestActor)));
        actor.Tell("one", TestActor);
        actor.Tell(new InvalidOperationException("two"), TestActor);
        actor.Tell("three", TestActor);
        ExpectMsg("received one");
        ExpectMsg("restarts: two");
        ExpectMsg("received three");
        Sys.Stop(actor);
        ExpectMsg("stops");
    }

    private sealed class Held : ReceiveActor
    {
        public Held(SemaphoreSlim gate)
        {
            Receive<string>(_ =>
            {
                Sender.Tell("held");
                gate.Wait(Patience);
            });
            Receive<int>(number => Sender.Tell(number));
        }
    }

    private sealed class Witness : ReceiveActor
    {
        private readonly IActorRef _listener;

        public Witness(IActorRef listener)
        {
            _listener = listener;
            Receive<Exception>(error => throw error);
            ReceiveAny(message => listener.Tell($"received {message}"));
        }

        public override void AroundPreRestart(Exception cause, object message)
        {
            base.AroundPreRestart(cause, message);
            _listener.Tell($"restarts: {cause.Message}");
        }

        public override void AroundPostStop()
        {
            base.AroundPostStop();
            _listener.Tell("stops");
        }
    }
}
