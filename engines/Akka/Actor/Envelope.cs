namespace Akka.Actor;

/// <summary>A message and who sent it.</summary>
public readonly struct Envelope(object message, IActorRef sender)
{
    /// <summary>The message.</summary>
    public object Message => message;

    /// <summary>The sender, or null.</summary>
    public IActorRef Sender => sender;

    /// <inheritdoc/>
    public override string ToString() => $"<{message}> from {(sender is null ? "NoSender" : sender.ToString())}";
}
