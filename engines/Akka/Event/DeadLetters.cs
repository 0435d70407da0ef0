using Akka.Actor;

namespace Akka.Event;

/// <summary>A message that did not reach an actor that would handle it; published on the event stream.</summary>
public abstract class AllDeadLetters : IWrappedMessage
{
    private protected AllDeadLetters(object message, IActorRef sender, IActorRef recipient)
    {
        Message = message;
        Sender = sender;
        Recipient = recipient;
    }

    /// <summary>The message.</summary>
    public object Message { get; }

    /// <summary>Who sent it; dead letters where nobody did.</summary>
    public IActorRef Sender { get; }

    /// <summary>Whom it was for.</summary>
    public IActorRef Recipient { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name} from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>A message for an actor that has ended or never was.</summary>
public sealed class DeadLetter(object message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>A message that its recipient did not handle.</summary>
public sealed class UnhandledMessage(object message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>A dead letter that nobody needs to hear of.</summary>
public sealed class SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient);

/// <summary>A message that was dropped on purpose.</summary>
public sealed class Dropped(object message, string reason, IActorRef sender, IActorRef recipient) : AllDeadLetters(message, sender, recipient)
{
    /// <summary>Why.</summary>
    public string Reason => reason;
}

/// <summary>A message whose loss is no news.</summary>
public interface IDeadLetterSuppression;

/// <summary>Logs the first dead letters, as <c>akka.log-dead-letters</c> says.</summary>
internal sealed class DeadLetterListener : UntypedActor
{
    private readonly Actor.Internal.ActorSystemImpl _system = (Actor.Internal.ActorSystemImpl)Context.System;
    private readonly int _maximum = Context.System.Settings.LogDeadLetters;
    private readonly TimeSpan _pause = Context.System.Settings.LogDeadLettersSuspendDuration;
    private int _count;
    private long _pausedUntil;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));
        Context.System.EventStream.Subscribe(Self, typeof(Dropped));
    }

    protected override void OnReceive(object message)
    {
        if (message is not AllDeadLetters { Message: not IDeadLetterSuppression } letter) return;
        if (_system.IsTerminating && !_system.Settings.LogDeadLettersDuringShutdown) return;
        if (_count >= _maximum)
        {
            if (_pause == Timeout.InfiniteTimeSpan || Environment.TickCount64 < _pausedUntil) return;
            _count = 0;
        }

        _count++;
        var last = "";
        if (_count == _maximum)
        {
            last = $" No more of them will be logged for {_pause}.";
            if (_pause != Timeout.InfiniteTimeSpan) _pausedUntil = Environment.TickCount64 + (long)_pause.TotalMilliseconds;
        }

        var outcome = letter switch
        {
            UnhandledMessage => "was unhandled",
            Dropped dropped => $"was dropped: {dropped.Reason}",
            _ => "was not delivered",
        };
        Context.System.EventStream.Publish(new Info(
            letter.Recipient.Path.ToString(), letter.Recipient.GetType(),
            $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} {outcome}. [{_count}] dead letters encountered.{last} "
            + $"akka.log-dead-letters adjusts this. Message content: {letter.Message}"));
    }
}
