using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class AskContract : ActorContract
{
    [Fact]
    public async Task The_answer_is_what_the_actor_tells_its_sender()
    {
        var actor = Sys.ActorOf(Props.Create<Answering>());

        Assert.Equal(4, await actor.Ask<int>(3, Patience));
        Assert.Equal(4, await actor.Ask(3, Patience));
    }

    [Fact]
    public async Task Without_an_answer_in_time_it_throws_AskTimeoutException()
    {
        var actor = Sys.ActorOf(Props.Create<Answering>());

        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<int>("silence", TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task An_actor_that_does_not_exist_does_not_answer()
    {
        var actor = Sys.ActorOf(Props.Create<Answering>());
        await actor.GracefulStop(Patience);

        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<int>(3, TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task Status_Failure_is_thrown()
    {
        var actor = Sys.ActorOf(Props.Create<Answering>());

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => actor.Ask<int>("fail", Patience));
        Assert.Equal("broken", thrown.Message);
    }

    [Fact]
    public async Task An_answer_of_another_type_is_an_error()
    {
        var actor = Sys.ActorOf(Props.Create<Answering>());

        await Assert.ThrowsAsync<ArgumentException>(() => actor.Ask<string>(3, Patience));
    }

    [Fact]
    public async Task A_question_can_be_cancelled()
    {
        var actor = Sys.ActorOf(Props.Create<Answering>());
        using var cancellation = new CancellationTokenSource();
        var question = actor.Ask<int>("silence", Patience, cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
    }

    [Fact]
    public async Task A_late_answer_is_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(global::Akka.Event.DeadLetter));
        var asked = CreateTestProbe();
        await Assert.ThrowsAsync<AskTimeoutException>(() => asked.Ref.Ask<int>("question", TimeSpan.FromMilliseconds(50)));
        asked.ExpectMsg("question");
        asked.Reply(7);

        Assert.Equal(7, ExpectMsg<global::Akka.Event.DeadLetter>().Message);
    }

    [Fact]
    public async Task Whom_to_answer_can_be_part_of_the_message_and_of_any_handle_resolved_from_its_path()
    {
        var actor = Sys.ActorOf(Props.Create<Answering>());

        var direct = await actor.Ask<string>(replyTo => replyTo, Patience, CancellationToken.None);
        var byPath = await actor.Ask<string>(replyTo => replyTo.Path, Patience, CancellationToken.None);

        Assert.Equal("directly", direct);
        Assert.Equal("by path", byPath);
    }

    private sealed class Answering : ReceiveActor
    {
        public Answering()
        {
            Receive<int>(number => Sender.Tell(number + 1));
            Receive<string>(text => text == "fail", _ => Sender.Tell(new Status.Failure(new InvalidOperationException("broken"))));
            Receive<string>(_ => { });
            Receive<IActorRef>(replyTo => replyTo.Tell("directly"));
            Receive<ActorPath>(path => ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(path).Tell("by path"));
        }
    }
}
