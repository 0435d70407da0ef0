using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>An actor with one method for all messages, which counts as handling them.</summary>
public abstract class UntypedActor : ActorBase
{
    /// <summary>The context of the actor that runs on this thread.</summary>
    /// <exception cref="NotSupportedException">None does.</exception>
    protected static new IUntypedActorContext Context => ActorCell.Current ?? throw NoContext();

    /// <inheritdoc/>
    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    /// <summary>Receives a message; calls <see cref="ActorBase.Unhandled"/> for those it does not know.</summary>
    protected abstract void OnReceive(object message);

    /// <summary>Receives with another behavior from now on.</summary>
    protected void Become(UntypedReceive receive) => Context.Become(receive);

    /// <summary>Receives with another behavior until <see cref="ActorBase.UnbecomeStacked"/>.</summary>
    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);
}
