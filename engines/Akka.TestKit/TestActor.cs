using System.Threading.Channels;
using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Answers messages to a test actor by itself.</summary>
public abstract class AutoPilot
{
    /// <summary>Sees a message.</summary>
    /// <returns>The pilot for the next one: this, <see cref="TestKit.KeepRunning"/>, <see cref="TestKit.NoAutoPilot"/> or another.</returns>
    public abstract AutoPilot Run(IActorRef sender, object message);
}

/// <summary>No pilot.</summary>
public sealed class NoAutoPilot : AutoPilot
{
    /// <summary>The only instance.</summary>
    public static readonly NoAutoPilot Instance = new();

    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) => this;
}

/// <summary>The same pilot again.</summary>
public sealed class KeepRunning : AutoPilot
{
    /// <summary>The only instance.</summary>
    public static readonly KeepRunning Instance = new();

    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) =>
        throw new InvalidOperationException("KeepRunning stands for the pilot before; it cannot run by itself");
}

/// <summary>A message that a test actor received, and from whom.</summary>
internal sealed record MessageEnvelope(object Message, IActorRef Sender);

/// <summary>Keeps what it receives for the test.</summary>
internal sealed class TestActor(ChannelWriter<MessageEnvelope> queue) : UntypedActor
{
    private Func<object, bool>? _ignore;
    private AutoPilot _pilot = NoAutoPilot.Instance;
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
            case SetAutoPilot set:
                _pilot = set.Pilot;
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
                var next = _pilot is NoAutoPilot ? _pilot : _pilot.Run(Sender, message);
                if (next is not KeepRunning) _pilot = next;
                if (_ignore is null || !_ignore(message)) queue.TryWrite(new MessageEnvelope(message, Sender));
                break;
        }
    }

    public sealed record SetIgnore(Func<object, bool>? Ignore) : INoSerializationVerificationNeeded;

    public sealed record SetAutoPilot(AutoPilot Pilot) : INoSerializationVerificationNeeded;

    public sealed record WatchActor(IActorRef Subject) : INoSerializationVerificationNeeded;

    public sealed record UnwatchActor(IActorRef Subject) : INoSerializationVerificationNeeded;

    public sealed record Spawn(Props Props, string? Name, Func<Exception, Directive>? Decider) : INoSerializationVerificationNeeded;
}
