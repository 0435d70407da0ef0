using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>A message on its way; the link of the queue it is in.</summary>
internal sealed class QueuedMessage(object message, IActorRef? sender)
{
    public readonly object Message = message;
    public readonly IActorRef? Sender = sender;
    public QueuedMessage? Next;
}

/// <summary>Messages in the order of their arrival: many threads add, one takes.</summary>
internal abstract class MessageQueue
{
    /// <summary>Whether there is nothing to take. Right for the thread that takes; a hint for others.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>How many messages can be taken now.</summary>
    public abstract int Count { get; }

    /// <summary>Adds a message. False where the queue is closed or stayed full, so that it is a dead letter.</summary>
    /// <param name="wasEmpty">Whether nobody can have been told yet that there is something to take.</param>
    public abstract bool TryAdd(QueuedMessage message, out bool wasEmpty);

    public abstract QueuedMessage? Take();

    /// <summary>Refuses what comes from now on and gives what is left.</summary>
    public abstract QueuedMessage? Close();
}

/// <summary>
/// A lock-free queue without bound. Senders push onto a shared stack with one compare-and-swap; the receiver takes the whole stack with one
/// exchange and reverses it, so that the two meet once a batch, not once a message.
/// </summary>
internal sealed class UnboundedQueue : MessageQueue
{
    private static readonly QueuedMessage Closed = new(new object(), null);

    private QueuedMessage? _pushed;
    private QueuedMessage? _batch;

    public override bool IsEmpty => _batch is null && Volatile.Read(ref _pushed) is null;

    public override int Count
    {
        get
        {
            var count = 0;
            for (var message = _batch; message is not null; message = message.Next) count++;
            for (var message = Volatile.Read(ref _pushed); message is not null && message != Closed; message = message.Next) count++;
            return count;
        }
    }

    public override bool TryAdd(QueuedMessage message, out bool wasEmpty)
    {
        var top = Volatile.Read(ref _pushed);
        while (top != Closed)
        {
            message.Next = top;
            var seen = Interlocked.CompareExchange(ref _pushed, message, top);
            if (seen == top)
            {
                wasEmpty = top is null;
                return true;
            }

            top = seen;
        }

        wasEmpty = false;
        return false;
    }

    public override QueuedMessage? Take()
    {
        if (_batch is null && !Refill()) return null;
        var message = _batch!;
        _batch = message.Next;
        return message;
    }

    public override QueuedMessage? Close()
    {
        var rest = _batch;
        _batch = null;
        var top = Interlocked.Exchange(ref _pushed, Closed);
        var late = top == Closed ? null : Reverse(top);
        if (rest is null) return late;
        var last = rest;
        while (last.Next is { } next) last = next;
        last.Next = late;
        return rest;
    }

    private static QueuedMessage? Reverse(QueuedMessage? top)
    {
        QueuedMessage? first = null;
        while (top is not null)
        {
            var next = top.Next;
            top.Next = first;
            first = top;
            top = next;
        }

        return first;
    }

    private bool Refill()
    {
        if (Volatile.Read(ref _pushed) is null || _pushed == Closed) return false;
        _batch = Reverse(Interlocked.Exchange(ref _pushed, null));
        return true;
    }
}

/// <summary>A queue for so many messages. A sender waits while it is full, and after the push timeout its message is a dead letter.</summary>
internal sealed class BoundedQueue(int capacity, TimeSpan pushTimeout) : MessageQueue
{
    private readonly UnboundedQueue _queue = new();
    private readonly SemaphoreSlim _places = new(capacity);

    public override bool IsEmpty => _queue.IsEmpty;

    public override int Count => _queue.Count;

    public override bool TryAdd(QueuedMessage message, out bool wasEmpty)
    {
        wasEmpty = false;
        if (!_places.Wait(pushTimeout)) return false;
        if (_queue.TryAdd(message, out wasEmpty)) return true;
        _places.Release();
        return false;
    }

    public override QueuedMessage? Take()
    {
        var message = _queue.Take();
        if (message is not null) _places.Release();
        return message;
    }

    public override QueuedMessage? Close()
    {
        var rest = _queue.Close();
        for (var message = rest; message is not null; message = message.Next) _places.Release();
        return rest;
    }
}

/// <summary>The kinds of mailboxes, by the ids that <see cref="Props.WithMailbox"/> takes: paths of configuration with a <c>mailbox-type</c>.</summary>
public sealed class Mailboxes
{
    /// <summary>The id of the mailbox that actors have unless they ask for another.</summary>
    public static readonly string DefaultMailboxId = "akka.actor.default-mailbox";

    private readonly Settings _settings;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Func<MessageQueue>> _makers = new();

    internal Mailboxes(Settings settings)
    {
        _settings = settings;
    }

    internal MessageQueue Create(Props props) => _makers.GetOrAdd(props.Mailbox ?? DefaultMailboxId, Maker)();

    private Func<MessageQueue> Maker(string id)
    {
        var config = _settings.Config.GetConfig(id) ?? throw new ConfigurationException($"Mailbox Type [{id}] not configured");
        config = config.WithFallback(_settings.Config.GetConfig(DefaultMailboxId));
        var type = config.GetString("mailbox-type") ?? "";
        switch (type.Split(',')[0].Trim())
        {
            case "Akka.Dispatch.UnboundedMailbox" or "Akka.Dispatch.UnboundedDequeBasedMailbox":
                return static () => new UnboundedQueue();
            case "Akka.Dispatch.BoundedMailbox" or "Akka.Dispatch.BoundedDequeBasedMailbox":
                var capacity = config.GetInt("mailbox-capacity");
                var pushTimeout = config.GetTimeSpan("mailbox-push-timeout-time");
                if (capacity <= 0) throw new ConfigurationException($"{id}.mailbox-capacity is {capacity}; it must be positive");
                return () => new BoundedQueue(capacity, pushTimeout);
            default:
                throw new ConfigurationException(
                    $"{id}.mailbox-type is \"{type}\"; the embedded engine has UnboundedMailbox, BoundedMailbox and their DequeBased namesakes");
        }
    }
}
