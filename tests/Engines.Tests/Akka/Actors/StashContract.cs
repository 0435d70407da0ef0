using Akka.Actor;
using Akka.Event;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class StashContract : ActorContract
{
    [Fact]
    public void Stashed_messages_come_back_in_order_before_those_that_came_later_with_their_senders()
    {
        var other = CreateTestProbe();
        var actor = Sys.ActorOf(Props.Create<Opening>());
        actor.Tell(1);
        actor.Tell(2, other);
        actor.Tell(3);
        actor.Tell("open");
        actor.Tell(4);

        ExpectMsg(1);
        ExpectMsg(3);
        ExpectMsg(4);
        other.ExpectMsg(2);
    }

    [Fact]
    public void Unstash_brings_back_the_oldest_alone()
    {
        var actor = Sys.ActorOf(Props.Create<Opening>());
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("one");

        ExpectMsg(1);
        ExpectNoMsg(100);
    }

    [Fact]
    public void A_message_can_be_stashed_once_only()
    {
        var actor = Sys.ActorOf(Props.Create<Opening>());
        actor.Tell("twice");

        ExpectMsg<string>(text => text == nameof(IllegalActorStateException));
    }

    [Fact]
    public void Stashed_messages_come_back_after_a_restart()
    {
        var actor = Sys.ActorOf(Props.Create<Opening>());
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("fail");
        actor.Tell("open");

        ExpectMsg(1);
        ExpectMsg(2);
    }

    [Fact]
    public void What_is_stashed_when_an_actor_ends_goes_to_dead_letters()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var actor = Sys.ActorOf(Props.Create<Opening>());
        actor.Tell(1);
        actor.Tell(PoisonPill.Instance);

        Assert.Equal(1, ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void The_stash_says_what_it_has()
    {
        var actor = Sys.ActorOf(Props.Create<Opening>());
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("count");

        ExpectMsg(2);
    }

    private sealed class Opening : ReceiveActor, IWithUnboundedStash
    {
        public Opening()
        {
            Receive<int>(_ => Stash.Stash());
            Receive<string>(text => text == "open", _ =>
            {
                Become(() => Receive<int>(number => Sender.Tell(number)));
                Stash.UnstashAll();
            });
            Receive<string>(text => text == "one", _ =>
            {
                Become(() => Receive<int>(number => Sender.Tell(number)));
                Stash.Unstash();
            });
            Receive<string>(text => text == "count", _ => Sender.Tell(Stash.Count));
            Receive<string>(text => text == "fail", _ => throw new InvalidOperationException("broken"));
            Receive<string>(text => text == "twice", _ =>
            {
                Stash.Stash();
                try
                {
                    Stash.Stash();
                }
                catch (IllegalActorStateException e)
                {
                    Sender.Tell(e.GetType().Name);
                }
            });
        }

        public IStash Stash { get; set; } = null!;
    }
}
