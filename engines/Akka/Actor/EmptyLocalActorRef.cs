using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The handle of an actor that does not exist: what it is sent is a dead letter.</summary>
public class EmptyLocalActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) : MinimalActorRef
{
    /// <inheritdoc/>
    public override ActorPath Path => path;

    /// <inheritdoc/>
    public override IActorRefProvider Provider => provider;

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message) => DeadLetterActorRef.Answer(message);

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender) => Lose(message, sender, this);

    /// <summary>What becomes of a message that nobody receives.</summary>
    private protected void Lose(object message, IActorRef? sender, IActorRef recipient)
    {
        var from = sender.IsNobody() ? provider.DeadLetters : sender!;
        switch (message)
        {
            case Identify identify:
                from.Tell(new ActorIdentity(identify.MessageId, null), ActorRefs.NoSender);
                break;
            case ActorSelectionMessage { Message: Identify, WildCardFanOut: true }:
                break;
            case ActorSelectionMessage selection:
                Lose(selection.Message, sender, recipient);
                break;
            case AllDeadLetters letter:
                eventStream.Publish(letter);
                break;
            case IDeadLetterSuppression suppressed:
                eventStream.Publish(new SuppressedDeadLetter(suppressed, from, recipient));
                break;
            case TimerMessage: // of an actor that has ended
                break;
            default:
                eventStream.Publish(new DeadLetter(message, from, recipient));
                break;
        }
    }
}

/// <summary>Where messages go that reach nobody.</summary>
public sealed class DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream)
    : EmptyLocalActorRef(provider, path, eventStream)
{
    /// <summary>What the watcher of an actor that is not there has to hear.</summary>
    internal static void Answer(ISystemMessage message)
    {
        if (message is Watch watch && !watch.Watcher.Equals(watch.Watchee))
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
    }

    internal void Lost(object message, IActorRef? sender, IActorRef recipient) => Lose(message, sender, recipient);
}

/// <summary>Handles by name below a path that no actor is at, such as <c>/temp</c>.</summary>
internal sealed class VirtualPathContainer(IActorRefProvider provider, ActorPath path, IInternalActorRef parent) : MinimalActorRef
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, IInternalActorRef> _children = new();

    public override ActorPath Path => path;

    public override IActorRefProvider Provider => provider;

    public override IInternalActorRef Parent => parent;

    public void AddChild(string name, IInternalActorRef child) => _children[name] = child;

    public void RemoveChild(string name) => _children.TryRemove(name, out _);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        if (name.Count == 0 || name[0].Length == 0) return this;
        if (!_children.TryGetValue(name[0], out var child)) return ActorRefs.Nobody;
        return name.Count == 1 ? child : child.GetChild([.. name.Skip(1)]);
    }
}
