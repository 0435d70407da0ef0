using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <content>Death watch: whom this actor watches, and who watches it.</content>
internal sealed partial class ActorCell
{
    private Dictionary<IActorRef, object?>? watching;
    private Dictionary<IActorRef, object?>? terminatedQueued;
    private HashSet<IActorRef>? watchedBy;

    public IActorRef Watch(IActorRef subject) => Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message) => Watch(subject, message);

    public IActorRef Unwatch(IActorRef subject)
    {
        if (watching is not null && watching.Remove(subject)) ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, self));
        terminatedQueued?.Remove(subject);
        return subject;
    }

    /// <summary>Lets a <see cref="Terminated"/> that was stashed be received again.</summary>
    public void RequeueTerminated(IActorRef subject) => (terminatedQueued ??= [])[subject] = null;

    private IActorRef Watch(IActorRef subject, object? message)
    {
        if (subject.Equals(self)) return subject;
        if (!(watching ??= []).TryAdd(subject, message)) return subject; // as it was watched first
        ((IInternalActorRef)subject).SendSystemMessage(new Watch((IInternalActorRef)subject, self));
        return subject;
    }

    private void WatchedActorTerminated(DeathWatchNotification notification)
    {
        var subject = notification.Actor;
        if (watching is not null && watching.Remove(subject, out var message) && !IsTerminating)
        {
            (terminatedQueued ??= [])[subject] = message;
            self.Tell(new Terminated(subject, notification.ExistenceConfirmed, notification.AddressTerminated), subject);
        }

        if (StatsOf(subject) is not null) ChildTerminated(subject);
    }

    private void ReceiveTerminated(Terminated terminated)
    {
        if (terminatedQueued is null || !terminatedQueued.Remove(terminated.ActorRef, out var message)) return;
        if (message is not null) CurrentMessage = message;
        ReceiveMessage(message ?? terminated);
    }

    private void AddWatcher(Watch watch)
    {
        if (watch.Watchee.Equals(self) && !watch.Watcher.Equals(self)) (watchedBy ??= []).Add(watch.Watcher);
        else if (watch.Watcher.Equals(self)) Watch(watch.Watchee);
    }

    private void RemoveWatcher(Unwatch unwatch)
    {
        if (unwatch.Watchee.Equals(self)) watchedBy?.Remove(unwatch.Watcher);
        else if (unwatch.Watcher.Equals(self)) Unwatch(unwatch.Watchee);
    }

    private void TellWatchers()
    {
        if (watchedBy is null) return;
        // Those elsewhere first: this process may be about to go.
        foreach (var watcher in watchedBy.Cast<IInternalActorRef>().Where(watcher => !watcher.Equals(Parent)).OrderBy(watcher => watcher.IsLocal))
            watcher.SendSystemMessage(new DeathWatchNotification(self, existenceConfirmed: true, addressTerminated: false));
        watchedBy = null;
    }

    private void UnwatchAll()
    {
        foreach (var subject in watching?.Keys ?? Enumerable.Empty<IActorRef>())
            ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, self));
        watching = null;
        terminatedQueued = null;
    }
}
