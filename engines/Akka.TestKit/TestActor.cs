using System.Threading.Channels;
using Akka.Actor;

namespace Akka.TestKit;

/// <summary>A message that a test actor received, and from whom.</summary>
internal sealed record MessageEnvelope(object Message, IActorRef Sender);

/// <summary>Keeps what it receives for the test.</summary>
internal sealed class TestActor(ChannelWriter<MessageEnvelope> queue) : UntypedActor
{
    private Func<object, bool>? _ignore;
    private Func<Exception, Directive>? _decider;

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(cause => _decider?.Invoke(cause) ?? Actor.SupervisorStrategy.DefaultDecider.Decide(cause));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SetIgnore set:
                _ignore = set.Ignore;
                break;
            case WatchActor watch:
                Context.Watch(watch.Subject);
                Sender.Tell(Done.Instance);
                break;
            case UnwatchActor unwatch:
                Context.Unwatch(unwatch.Subject);
                Sender.Tell(Done.Instance);
                break;
            case Spawn spawn:
                _decider = spawn.Decider;
                Sender.Tell(Context.ActorOf(spawn.Props, spawn.Name));
                break;
            default:
                if (_ignore is null || !_ignore(message)) queue.TryWrite(new MessageEnvelope(message, Sender));
                break;
        }
    }

    public sealed record SetIgnore(Func<object, bool>? Ignore) : INoSerializationVerificationNeeded;

    public sealed record WatchActor(IActorRef Subject) : INoSerializationVerificationNeeded;

    public sealed record UnwatchActor(IActorRef Subject) : INoSerializationVerificationNeeded;

    public sealed record Spawn(Props Props, string? Name, Func<Exception, Directive>? Decider) : INoSerializationVerificationNeeded;
}
