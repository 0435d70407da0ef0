using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Akka.Actors;

public sealed class TellContract : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ActorSystem _system = ActorSystem.Create("tell");

    public void Dispose() => _system.Dispose();

    [Fact]
    public async Task Messages_of_each_sender_arrive_in_the_order_in_which_they_were_sent()
    {
        const int Senders = 4;
        const int Messages = 50_000;
        var collector = _system.ActorOf(Props.Create(() => new Collector(Senders * Messages)));
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var i = 0; i < Messages; i++) collector.Tell((sender, i));
        })));

        var received = await collector.Ask<List<(int Sender, int Number)>>("all", Patience);

        Assert.Equal(Senders * Messages, received.Count);
        foreach (var own in received.GroupBy(message => message.Sender))
            Assert.Equal(Enumerable.Range(0, Messages), own.Select(message => message.Number));
    }

    [Fact]
    public async Task An_actor_handles_one_message_at_a_time_whatever_the_number_of_senders()
    {
        var counter = _system.ActorOf(Props.Create<UnguardedCounter>());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++) counter.Tell("count");
        })));

        Assert.Equal((160_000, 1), await counter.Ask<(int, int)>("total", Patience));
    }

    [Fact]
    public async Task Ten_thousand_actors_pass_a_token_around_a_ring_in_one_process()
    {
        const int Actors = 10_000;
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _system.ActorOf(Props.Create(() => new Last(done)));
        var next = first;
        for (var i = 0; i < Actors; i++)
        {
            var follower = next;
            next = _system.ActorOf(Props.Create(() => new Link(follower)));
        }

        next.Tell(0);

        Assert.Equal(Actors, await done.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private sealed class Collector : ReceiveActor
    {
        private readonly List<(int Sender, int Number)> _received = [];
        private IActorRef? _asker;

        public Collector(int expected)
        {
            Receive<(int Sender, int Number)>(message =>
            {
                _received.Add(message);
                Answer();
            });
            Receive<string>(_ =>
            {
                _asker = Sender;
                Answer();
            });

            void Answer()
            {
                if (_received.Count == expected) _asker?.Tell(_received);
            }
        }
    }

    private sealed class UnguardedCounter : UntypedActor
    {
        private int _total;
        private int _inside;
        private int _most;

        protected override void OnReceive(object message)
        {
            _most = Math.Max(_most, Interlocked.Increment(ref _inside));
            if (message is "count") _total++;
            else Sender.Tell((_total, _most));
            Interlocked.Decrement(ref _inside);
        }
    }

    private sealed class Link : ReceiveActor
    {
        public Link(IActorRef next)
        {
            Receive<int>(hops => next.Tell(hops + 1));
        }
    }

    private sealed class Last : ReceiveActor
    {
        public Last(TaskCompletionSource<int> done)
        {
            Receive<int>(done.SetResult);
        }
    }
}
