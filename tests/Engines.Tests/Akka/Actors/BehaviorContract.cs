using Akka.Actor;
using Akka.Event;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class BehaviorContract : ActorContract
{
    [Fact]
    public void The_first_handler_that_fits_takes_a_message()
    {
        var actor = Sys.ActorOf(Props.Create<Picky>());
        foreach (var message in new object[] { 5, -5, "text", 2.5 }) actor.Tell(message);

        ExpectMsg("positive");
        ExpectMsg("number");
        ExpectMsg("text");
        ExpectMsg("anything");
    }

    [Fact]
    public void A_message_without_a_handler_is_published_as_unhandled()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
        var actor = Sys.ActorOf(Props.Create<OnlyNumbers>());
        actor.Tell("text");

        var unhandled = ExpectMsg<UnhandledMessage>();
        Assert.Equal("text", unhandled.Message);
        Assert.Equal(actor, unhandled.Recipient);
        Assert.Equal(TestActor, unhandled.Sender);
    }

    [Fact]
    public void Become_replaces_the_behavior_and_BecomeStacked_is_undone_by_UnbecomeStacked()
    {
        var actor = Sys.ActorOf(Props.Create<Switching>());
        foreach (var message in new[] { "who", "stack b", "who", "stack c", "who", "become d", "who", "pop", "who", "pop", "who", "pop", "who" })
            actor.Tell(message);

        ExpectMsg("a");
        ExpectMsg("b");
        ExpectMsg("c");
        ExpectMsg("d");
        ExpectMsg("b");
        ExpectMsg("a");
        ExpectMsg("a");
    }

    [Fact]
    public void A_restarted_actor_has_its_first_behavior_again()
    {
        var actor = Sys.ActorOf(Props.Create<Switching>());
        foreach (var message in new[] { "become b", "who", "fail", "who" }) actor.Tell(message);

        ExpectMsg("b");
        ExpectMsg("a");
    }

    [Fact]
    public void Handlers_cannot_be_added_after_one_for_everything()
    {
        var actor = Sys.ActorOf(Props.Create<Excessive>());

        Watch(actor);

        ExpectTerminated(actor);
    }

    [Fact]
    public void An_actor_cannot_be_constructed_with_new()
    {
        Exception? thrown = null;
        var outside = new Thread(() => thrown = Record.Exception(static () => new Picky()));
        outside.Start();
        outside.Join();

        Assert.IsType<ActorInitializationException>(thrown);
    }

    private sealed class Picky : ReceiveActor
    {
        public Picky()
        {
            Receive<int>(number => Sender.Tell("positive"), number => number > 0);
            Receive<int>(number => Sender.Tell("number"));
            Receive<string>(text => Sender.Tell("text"));
            ReceiveAny(_ => Sender.Tell("anything"));
        }
    }

    private sealed class OnlyNumbers : ReceiveActor
    {
        public OnlyNumbers() => Receive<int>(_ => { });
    }

    private sealed class Excessive : ReceiveActor
    {
        public Excessive()
        {
            ReceiveAny(_ => { });
            Receive<string>(_ => { });
        }
    }

    private sealed class Switching : ReceiveActor
    {
        public Switching() => Be("a");

        private void Be(string name)
        {
            Receive<string>(text => text == "who", _ => Sender.Tell(name));
            Receive<string>(text => text == "pop", _ => UnbecomeStacked());
            Receive<string>(text => text == "fail", _ => throw new InvalidOperationException("broken"));
            Receive<string>(text => text.StartsWith("stack ", StringComparison.Ordinal), text => BecomeStacked(() => Be(text[6..])));
            Receive<string>(text => text.StartsWith("become ", StringComparison.Ordinal), text => Become(() => Be(text[7..])));
        }
    }
}
