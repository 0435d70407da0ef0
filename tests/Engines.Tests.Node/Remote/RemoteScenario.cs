using Akka.Actor;

namespace ActorRlhf.Engines.Tests.Node.Remote;

/// <summary>Actors for other processes to talk to: <c>echo</c>, <c>sink</c>, <c>nursery</c> and <c>guard</c>.</summary>
public sealed class RemoteScenario : Scenario
{
    private readonly ActorSystem _system;

    /// <summary>Starts them.</summary>
    public RemoteScenario(ActorSystem system)
    {
        _system = system;
        system.ActorOf(Props.Create(() => new Echo()), "echo");
        system.ActorOf(Props.Create(() => new Sink()), "sink");
        system.ActorOf(Props.Create(() => new Nursery()), "nursery");
        system.ActorOf(Props.Create(() => new Guard()), "guard");
    }

    /// <summary>A path: sends 1,000 messages with the numbers from 0 on to the actor there, from one actor here.</summary>
    public override void Command(string line) => _system.ActorOf(Props.Create(() => new Counter(line)));

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(message => Sender.Tell(message));
    }

    /// <summary>
    /// Counts; answers "count" with how many messages came and "failures" with how many were not the successor of the one before.
    /// </summary>
    private sealed class Sink : ReceiveActor
    {
        private long _count, _failures, _last = -1;

        public Sink()
        {
            Receive<Numbered>(message =>
            {
                _count++;
                if (message.Number != _last + 1)
                    _failures++;
                _last = message.Number;
            });
            Receive<string>(question => Sender.Tell(question == "count" ? _count : _failures));
        }
    }

    /// <summary>Has children: a name makes one and answers with its reference.</summary>
    private sealed class Nursery : ReceiveActor
    {
        public Nursery() => Receive<string>(name => Sender.Tell(Context.ActorOf(Props.Create(() => new Echo()), name)));
    }

    /// <summary>Watches whom it is introduced to and says so; reports when they are gone.</summary>
    private sealed class Guard : ReceiveActor
    {
        public Guard()
        {
            Receive<Introduction>(introduction =>
            {
                Context.Watch(introduction.Whom);
                Sender.Tell("watching");
            });
            Receive<Terminated>(ended => Report($"gone {ended.ActorRef.Path.Name} {ended.AddressTerminated}"));
        }
    }

    private sealed class Counter : ReceiveActor
    {
        public Counter(string path)
        {
            for (var number = 0; number < 1000; number++)
                Context.ActorSelection(path).Tell(new Numbered(number, []), Self);
        }
    }
}
