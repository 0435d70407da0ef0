using ActorRlhf.Actors.Operations;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorRlhf.Actors.Tests.Operations;

/// <summary>What operators see of an actor from outside.</summary>
public sealed class ActorGaugeTests : IDisposable
{
    private readonly TestKit _kit = new("akka.loglevel = OFF");

    public void Dispose() => _kit.Dispose();

    [Fact]
    public void Messages_received_and_messages_that_wait_are_counted()
    {
        using var gate = new SemaphoreSlim(0);
        var actor = Start("worker", gate);
        actor.Tell("one", _kit.TestActor);
        _kit.ExpectMsg("one", RunDatabase.Patience);
        actor.Tell(new Hold(), _kit.TestActor);
        _kit.ExpectMsg("holding", RunDatabase.Patience);
        for (var i = 0; i < 7; i++) actor.Tell($"{i}", _kit.TestActor);
        var gauge = Gauge("worker");
        Assert.Equal((7, 2, ActorState.Running, nameof(Worker), "/user/worker"), (gauge.Mailbox, gauge.Messages, gauge.State, gauge.Type, gauge.Path));
        gate.Release();
        _kit.ReceiveN(7, RunDatabase.Patience);
        Assert.Equal((0, 9), (gauge.Mailbox, gauge.Messages));
        Assert.InRange(gauge.MessagesPerSecond, 0.5, 9);
    }

    [Fact]
    public void A_restart_is_counted_and_its_cause_told()
    {
        var actor = Start("worker");
        actor.Tell(new InvalidOperationException("the disk\nis full"));
        actor.Tell("again", _kit.TestActor);
        _kit.ExpectMsg("again", RunDatabase.Patience);
        var gauge = Gauge("worker");
        Assert.Equal((1, "InvalidOperationException: the disk is full", ActorState.Running), (gauge.Restarts, gauge.LastFailure.Cause, gauge.State));
        Assert.InRange(DateTimeOffset.UtcNow - gauge.LastFailure.At!.Value, TimeSpan.Zero, RunDatabase.Patience);
    }

    [Fact]
    public void One_that_has_ended_is_listed_only_where_a_failure_ended_it()
    {
        var (good, bad) = (Start("good"), Start("bad"));
        bad.Tell(new Leave(new IOException("the device is gone")));
        _kit.Sys.Stop(good);
        _kit.AwaitCondition(() => ActorGauges.Of(_kit.Sys).All is [{ Path: "/user/bad", State: ActorState.Stopped }], RunDatabase.Patience);
        Assert.Equal("IOException: the device is gone", Gauge("bad").LastFailure.Cause);
    }

    [Fact]
    public void One_that_is_started_again_under_its_path_after_a_failure_goes_on_with_its_history()
    {
        _kit.Watch(Start("worker"));
        Gauge("worker").Actor.Tell(new Leave(new IOException("the device is gone")));
        _kit.ExpectMsg<Terminated>(RunDatabase.Patience);
        var actor = Start("worker");
        actor.Tell("one", _kit.TestActor);
        _kit.ExpectMsg("one", RunDatabase.Patience);
        var gauge = Gauge("worker");
        Assert.Equal((1, ActorState.Running, actor, 2), (gauge.Restarts, gauge.State, gauge.Actor, gauge.Messages));
        _kit.Watch(actor);
        _kit.Sys.Stop(actor); // in good order
        _kit.ExpectMsg<Terminated>(RunDatabase.Patience);
        Start("worker");
        Assert.Equal(1, Gauge("worker").Restarts);
    }

    [Fact]
    public void One_that_could_not_be_made_has_ended()
    {
        _kit.Sys.ActorOf(Props.Create(() => new Stillborn()), "stillborn");
        _kit.AwaitCondition(() => ActorGauges.Of(_kit.Sys).All is [{ State: ActorState.Stopped, LastFailure.Cause: "IOException: no such device" }], RunDatabase.Patience);
    }

    private IActorRef Start(string name, SemaphoreSlim? gate = null)
    {
        IActorRef actor = ActorRefs.Nobody; // the name of one that has just ended is free when its parent knows
        _kit.AwaitAssert(() => actor = _kit.Sys.ActorOf(Props.Create(() => new Worker(gate)), name), RunDatabase.Patience);
        _kit.AwaitAssert(() => Assert.Equal(ActorState.Running, Gauge(name).State), RunDatabase.Patience);
        return actor;
    }

    private ActorGauge Gauge(string name) => ActorGauges.Of(_kit.Sys).All.Single(gauge => gauge.Path == $"/user/{name}");

    private sealed record Hold;

    private sealed record Leave(Exception Cause);

    private sealed class Worker : ObservedActor
    {
        public Worker(SemaphoreSlim? gate)
        {
            Receive<string>(text => Sender.Tell(text));
            Receive<Exception>(error => throw error);
            Receive<Leave>(leave =>
            {
                Gauge.Failed(leave.Cause);
                Context.Stop(Self);
            });
            Receive<Hold>(_ =>
            {
                Sender.Tell("holding");
                gate!.Wait(RunDatabase.Patience);
            });
        }
    }

    private sealed class Stillborn : ObservedActor
    {
        protected override void PreStart() => throw new IOException("no such device");
    }
}
