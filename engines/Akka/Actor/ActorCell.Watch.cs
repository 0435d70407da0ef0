using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <content>Death watch: whom this actor watches, and who watches it.</content>
internal sealed partial class ActorCell
{
    private Dictionary<IActorRef, object?>? _watching;
    private Dictionary<IActorRef, object?>? _terminatedQueued;
    private HashSet<IActorRef>? _watchedBy;

    public IActorRef Watch(IActorRef subject) => Watch(subject, null);

    public IActorRef WatchWith(IActorRef subject, object message) => Watch(subject, message);

    public IActorRef Unwatch(IActorRef subject)
    {
        if (_watching is not null && _watching.Remove(subject)) ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, _self));
        _terminatedQueued?.Remove(subject);
        return subject;
    }

    /// <summary>Lets a <see cref="Terminated"/> that was stashed be received again.</summary>
    public void RequeueTerminated(IActorRef subject) => (_terminatedQueued ??= [])[subject] = null;

    private IActorRef Watch(IActorRef subject, object? message)
    {
        if (subject.Equals(_self)) return subject;
        if (!(_watching ??= []).TryAdd(subject, message)) return subject; // as it was watched first
        ((IInternalActorRef)subject).SendSystemMessage(new Watch((IInternalActorRef)subject, _self));
        return subject;
    }

    private void WatchedActorTerminated(DeathWatchNotification notification)
    {
        var subject = notification.Actor;
        if (_watching is not null && _watching.Remove(subject, out var message) && !IsTerminating)
        {
            (_terminatedQueued ??= [])[subject] = message;
            _self.Tell(new Terminated(subject, notification.ExistenceConfirmed, notification.AddressTerminated), subject);
        }

        if (StatsOf(subject) is not null) ChildTerminated(subject);
    }

    private void ReceiveTerminated(Terminated terminated)
    {
        if (_terminatedQueued is null || !_terminatedQueued.Remove(terminated.ActorRef, out var message)) return;
        if (message is not null) CurrentMessage = message;
        ReceiveMessage(message ?? terminated);
    }

    private void AddWatcher(Watch watch)
    {
        if (watch.Watchee.Equals(_self) && !watch.Watcher.Equals(_self)) (_watchedBy ??= []).Add(watch.Watcher);
        else if (watch.Watcher.Equals(_self)) Watch(watch.Watchee);
    }

    private void RemoveWatcher(Unwatch unwatch)
    {
        if (unwatch.Watchee.Equals(_self)) _watchedBy?.Remove(unwatch.Watcher);
        else if (unwatch.Watcher.Equals(_self)) Unwatch(unwatch.Watchee);
    }

    private void TellWatchers()
    {
        if (_watchedBy is null) return;
        // Those elsewhere first: this process may be about to go.
        foreach (var watcher in _watchedBy.Cast<IInternalActorRef>().Where(watcher => !watcher.Equals(Parent)).OrderBy(watcher => watcher.IsLocal))
            watcher.SendSystemMessage(new DeathWatchNotification(_self, existenceConfirmed: true, addressTerminated: false));
        _watchedBy = null;
    }

    private void UnwatchAll()
    {
        foreach (var subject in _watching?.Keys ?? Enumerable.Empty<IActorRef>())
            ((IInternalActorRef)subject).SendSystemMessage(new Unwatch((IInternalActorRef)subject, _self));
        _watching = null;
        _terminatedQueued = null;
    }
}
