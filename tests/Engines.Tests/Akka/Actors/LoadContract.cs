using System.Collections.Concurrent;
using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class LoadContract : ActorContract
{
    [Fact]
    public async Task Every_message_is_received_once_and_in_order_while_actors_fail_and_are_restarted()
    {
        const int Actors = 20;
        const int Messages = 3_000;
        var received = Enumerable.Range(0, Actors).Select(_ => new ConcurrentQueue<int>()).ToArray();
        var actors = received.Select(log => Sys.ActorOf(Props.Create(() => new Fragile(log)))).ToArray();
        await Task.WhenAll(actors.Select(actor => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++) actor.Tell(i, ActorRefs.NoSender);
        })));

        await AwaitConditionAsync(() => received.All(log => log.Count >= Messages), Patience, TimeSpan.FromMilliseconds(50));
        foreach (var log in received) Assert.Equal(Enumerable.Range(0, Messages), log);
    }

    [Fact]
    public async Task Every_watcher_hears_of_every_end_once_whenever_it_began_to_watch()
    {
        const int Subjects = 500;
        var ended = Enumerable.Range(0, 4).Select(_ => new ConcurrentQueue<IActorRef>()).ToArray();
        var watchers = ended.Select(log => Sys.ActorOf(Props.Create(() => new Watcher(log)))).ToArray();
        var subjects = Enumerable.Range(0, Subjects).Select(_ => Sys.ActorOf(Props.Create<Short>())).ToArray();
        var stopping = Task.Run(() =>
        {
            foreach (var subject in subjects) subject.Tell(PoisonPill.Instance, ActorRefs.NoSender);
        });
        foreach (var subject in subjects)
        {
            foreach (var watcher in watchers) watcher.Tell(subject, ActorRefs.NoSender);
        }

        await stopping;
        await AwaitConditionAsync(() => ended.All(log => log.Count >= Subjects), Patience, TimeSpan.FromMilliseconds(50));

        // A second notice would be in a watcher's mailbox before this.
        Assert.All(await Task.WhenAll(watchers.Select(watcher => watcher.GracefulStop(Patience, PoisonPill.Instance))), Assert.True);
        foreach (var log in ended) Assert.Equal(subjects.OrderBy(subject => subject.Path.ToString()), log.OrderBy(subject => subject.Path.ToString()));
    }

    [Fact]
    public async Task Actors_that_never_run_out_of_messages_do_not_keep_others_from_their_turn()
    {
        using var ending = new CancellationTokenSource();
        var token = ending.Token;
        var busy = Enumerable.Range(0, Environment.ProcessorCount * 8).Select(_ =>
        {
            var first = Sys.ActorOf(Props.Create(() => new Restless(token)));
            first.Tell(Sys.ActorOf(Props.Create(() => new Restless(token))), ActorRefs.NoSender);
            return first;
        }).ToArray();
        var polite = Sys.ActorOf(Props.Create<Echo>());
        for (var i = 0; i < 5; i++) Assert.Equal(i, await polite.Ask<int>(i, Patience));

        await ending.CancelAsync();
        Assert.NotEmpty(busy);
    }

    [Fact]
    public async Task Ten_thousand_actors_each_with_a_child_and_a_timeout_start_answer_and_stop()
    {
        const int Actors = 10_000;
        var parents = Enumerable.Range(0, Actors).Select(_ => Sys.ActorOf(Props.Create<Family>())).ToArray();
        var answers = await Task.WhenAll(parents.Select((parent, i) => parent.Ask<int>(i, Patience)));

        Assert.Equal(Enumerable.Range(0, Actors), answers);
        Assert.All(await Task.WhenAll(parents.Select(parent => parent.GracefulStop(Patience))), Assert.True);
    }

    private sealed class Fragile : ReceiveActor
    {
        public Fragile(ConcurrentQueue<int> log) => Receive<int>(number =>
        {
            log.Enqueue(number);
            if (number % 97 == 0) throw new InvalidOperationException("broken");
        });
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(ConcurrentQueue<IActorRef> ended)
        {
            Receive<IActorRef>(subject => Context.Watch(subject));
            Receive<Terminated>(terminated => ended.Enqueue(terminated.ActorRef));
        }
    }

    private sealed class Short : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Restless : ReceiveActor
    {
        public Restless(CancellationToken ending)
        {
            Receive<IActorRef>(other => other.Tell("ball"));
            Receive<string>(ball =>
            {
                if (!ending.IsCancellationRequested) Sender.Tell(ball);
            });
        }
    }

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    private sealed class Family : ReceiveActor
    {
        public Family()
        {
            var child = Context.ActorOf(Props.Create<Echo>());
            Context.SetReceiveTimeout(TimeSpan.FromMinutes(10));
            Receive<int>(number => child.Forward(number));
        }
    }
}
