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
    public void AroundReceive_sees_every_message_and_AroundPreRestart_every_failure()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Witness(TestActor)));
        actor.Tell("one", TestActor);
        actor.Tell(new InvalidOperationException("two"), TestActor);
        actor.Tell("three", TestActor);
        ExpectMsg("received one");
        ExpectMsg("received System.InvalidOperationException: two");
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
            ReceiveAny(_ => { });
        }

        public override void AroundPreRestart(Exception cause, object message)
        {
            _listener.Tell($"restarts: {cause.Message}");
            base.AroundPreRestart(cause, message);
        }

        public override void AroundPostStop()
        {
            base.AroundPostStop();
            _listener.Tell("stops");
        }

        protected override bool AroundReceive(Receive receive, object message)
        {
            _listener.Tell($"received {message}");
            return base.AroundReceive(receive, message);
        }
    }
}
