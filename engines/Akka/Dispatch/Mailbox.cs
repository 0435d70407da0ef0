using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

/// <summary>
/// What an actor has yet to receive. At most one thread at a time runs it; it is scheduled when something arrives and nobody has it, and gives
/// the thread back after its dispatcher's throughput of messages.
/// </summary>
internal sealed class Mailbox(ActorCell cell, MessageDispatcher dispatcher, MessageQueue queue) : IThreadPoolWorkItem
{
    private static readonly SystemMessage Closed = new Create();

    private SystemMessage? _system;
    private QueuedMessage? _front; // what was stashed, to be received before the queue
    private int _scheduled;
    private int _suspensions;

    public bool IsClosed => Volatile.Read(ref _system) == Closed;

    public bool IsSuspended => _suspensions > 0;

    public bool HasMessages => _front is not null || !queue.IsEmpty;

    public int NumberOfMessages
    {
        get
        {
            var count = queue.Count;
            for (var message = _front; message is not null; message = message.Next) count++;
            return count;
        }
    }

    /// <summary>Holds messages back while an asynchronous handler of this actor runs; set and read by the actor alone.</summary>
    public bool IsAwaiting { get; set; }

    private bool IsHeld => _suspensions > 0 || IsAwaiting;

    public void Suspend() => _suspensions++;

    public void Resume() => _suspensions = Math.Max(0, _suspensions - 1);

    public void Enqueue(object message, IActorRef? sender)
    {
        if (queue.TryAdd(new QueuedMessage(message, sender), out var wasEmpty))
        {
            // The sender that found it empty schedules in any case; the others only make up for one that has not come to it yet.
            if (wasEmpty || !IsHeld) Schedule();
        }
        else
        {
            cell.SystemImpl.Provider.DeadLetter(message, sender, cell.Self);
        }
    }

    /// <summary>Puts a message before all others. For the actor itself, while it runs.</summary>
    public void EnqueueFirst(Envelope envelope) => _front = new QueuedMessage(envelope.Message, envelope.Sender) { Next = _front };

    public void EnqueueSystem(SystemMessage message)
    {
        var top = Volatile.Read(ref _system);
        while (top != Closed)
        {
            message.Next = top;
            var seen = Interlocked.CompareExchange(ref _system, message, top);
            if (seen == top)
            {
                Schedule();
                return;
            }

            top = seen;
        }

        DeadLetterActorRef.Answer(message);
    }

    /// <summary>Lets the actor run if it does not already.</summary>
    public void Schedule(bool again = false)
    {
        if (Volatile.Read(ref _scheduled) == 0 && !IsClosed && Interlocked.Exchange(ref _scheduled, 1) == 0) dispatcher.Schedule(this, again);
    }

    public void Execute()
    {
        var outer = ActorCell.Current;
        ActorCell.Current = cell;
        try
        {
            ReceiveSystemMessages();
            for (var left = dispatcher.Throughput; left > 0 && !IsHeld && Take() is { } message; left--)
            {
                cell.Receive(message.Message, message.Sender);
                if (Volatile.Read(ref _system) is not null) ReceiveSystemMessages();
            }
        }
        finally
        {
            ActorCell.Current = outer;
            Interlocked.Exchange(ref _scheduled, 0);
            var arrived = Volatile.Read(ref _system);
            if (arrived != Closed && (arrived is not null || (!IsHeld && HasMessages))) Schedule(again: true);
        }
    }

    /// <summary>Refuses everything from now on; what is left goes to dead letters.</summary>
    public void Close()
    {
        var rest = Interlocked.Exchange(ref _system, Closed);
        while (rest is not null && rest != Closed)
        {
            DeadLetterActorRef.Answer(rest);
            rest = rest.Next;
        }

        for (var message = _front; message is not null; message = message.Next) DeadLetter(message);
        _front = null;
        for (var message = queue.Close(); message is not null; message = message.Next) DeadLetter(message);
        dispatcher.Detach(this);
    }

    private QueuedMessage? Take()
    {
        if (_front is not { } first) return queue.Take();
        _front = first.Next;
        return first;
    }

    private void ReceiveSystemMessages()
    {
        while (Volatile.Read(ref _system) is not null && !IsClosed)
        {
            var top = Interlocked.Exchange(ref _system, null);
            SystemMessage? message = null;
            while (top is not null)
            {
                var next = top.Next;
                top.Next = message;
                message = top;
                top = next;
            }

            while (message is not null)
            {
                var next = message.Next;
                message.Next = null;
                if (IsClosed) DeadLetterActorRef.Answer(message);
                else cell.ReceiveSystem(message);
                message = next;
            }
        }
    }

    private void DeadLetter(QueuedMessage message) => cell.SystemImpl.Provider.DeadLetter(message.Message, message.Sender, cell.Self);
}
