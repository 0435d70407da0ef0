using Akka.Actor;

namespace Akka.Persistence;

/// <summary>What a persistent actor sees of the snapshot store.</summary>
/// <param name="system">The actor's system.</param>
/// <param name="path">What it is called.</param>
/// <param name="save">Saves a snapshot.</param>
internal sealed class SnapshotStoreRef(ActorSystem system, ActorPath path, Action<SaveSnapshot> save) : MinimalActorRef
{
    /// <inheritdoc/>
    public override ActorPath Path => path;

    /// <inheritdoc/>
    public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is SaveSnapshot asked) save(asked);
        else system.DeadLetters.Tell(message, sender);
    }
}
