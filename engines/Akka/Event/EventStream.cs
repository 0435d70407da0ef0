using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Event;

/// <summary>
/// A system's notice board: what is published goes to the actors that subscribed to its type, a base of it or an interface. Actors that have ended
/// are taken off.
/// </summary>
public sealed class EventStream
{
    private readonly Lock _subscriptionsLock = new();
    private readonly HashSet<(IActorRef Subscriber, Type Channel)> _subscriptions = [];
    private ConcurrentDictionary<Type, IActorRef[]> _subscribersOf = new(); // a new one for every change, so that no late answer stays in it

    /// <summary>What is below this level is not worth publishing.</summary>
    public LogLevel LogLevel { get; private set; } = LogLevel.InfoLevel;

    /// <summary>Sends a subscriber what is published of a type from now on; false where it is sent that already.</summary>
    public bool Subscribe(IActorRef subscriber, Type channel)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        return Change(() => _subscriptions.Add((subscriber, channel)));
    }

    /// <summary>Takes a subscription back; false where there is none.</summary>
    public bool Unsubscribe(IActorRef subscriber, Type channel) => Change(() => _subscriptions.Remove((subscriber, channel)));

    /// <summary>Takes all subscriptions of a subscriber back; false where there is none.</summary>
    public bool Unsubscribe(IActorRef subscriber) => Change(() => _subscriptions.RemoveWhere(subscription => subscription.Subscriber.Equals(subscriber)) > 0);

    /// <summary>Sends something to those who subscribed to it.</summary>
    public void Publish(object @event)
    {
        foreach (var subscriber in Volatile.Read(ref _subscribersOf).GetOrAdd(@event.GetType(), SubscribersOf))
        {
            if (subscriber is LocalActorRef { Cell.Mailbox.IsClosed: true }) Unsubscribe(subscriber);
            else subscriber.Tell(@event, ActorRefs.NoSender);
        }
    }

    /// <summary>Sets the level from which on log events are published.</summary>
    public void SetLogLevel(LogLevel logLevel) => LogLevel = logLevel;

    private bool Change(Func<bool> change)
    {
        lock (_subscriptionsLock)
        {
            var changed = change();
            Volatile.Write(ref _subscribersOf, new ConcurrentDictionary<Type, IActorRef[]>());
            return changed;
        }
    }

    private IActorRef[] SubscribersOf(Type type)
    {
        lock (_subscriptionsLock)
            return [.. _subscriptions.Where(subscription => subscription.Channel.IsAssignableFrom(type)).Select(subscription => subscription.Subscriber).Distinct()];
    }
}

/// <summary>Subscriptions by type argument.</summary>
public static class EventStreamExtensions
{
    /// <summary>Sends a subscriber what is published of a type from now on; false where it is sent that already.</summary>
    public static bool Subscribe<TChannel>(this EventStream eventStream, IActorRef subscriber) => eventStream.Subscribe(subscriber, typeof(TChannel));
}
