using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>Stops actors and waits for their ends.</summary>
public static class GracefulStopSupport
{
    /// <summary>Stops an actor with <see cref="PoisonPill"/>; false where it has not ended in time.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => GracefulStop(target, timeout, PoisonPill.Instance);

    /// <summary>Stops an actor with a message that it takes as such; false where it has not ended in time.</summary>
    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var actor = (IInternalActorRef)target;
        var watcher = new FutureActorRef<Terminated>(actor.Provider, timeout, CancellationToken.None);
        actor.SendSystemMessage(new Watch(actor, watcher));
        target.Tell(stopMessage, ActorRefs.NoSender);
        try
        {
            return (await watcher.Result.ConfigureAwait(false)).ActorRef.Path.Equals(target.Path);
        }
        catch (AskTimeoutException)
        {
            return false;
        }
        finally
        {
            actor.SendSystemMessage(new Unwatch(actor, watcher));
        }
    }
}
