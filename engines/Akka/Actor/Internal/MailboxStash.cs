namespace Akka.Actor.Internal;

/// <summary>A stash whose messages go back to the front of the actor's mailbox.</summary>
internal sealed class MailboxStash(ActorCell cell) : IStash
{
    private LinkedList<Envelope> stashed = [];
    private long lastStashed = -1;

    public int Count => stashed.Count;

    public bool IsEmpty => stashed.Count == 0;

    public bool NonEmpty => stashed.Count > 0;

    public bool IsFull => false;

    public int Capacity => -1;

    public void Stash()
    {
        if (cell.MessageNumber == lastStashed) throw new IllegalActorStateException($"Can't stash the same message {cell.CurrentMessage} more than once");
        lastStashed = cell.MessageNumber;
        stashed.AddLast(new Envelope(cell.CurrentMessage!, cell.Sender));
    }

    public void Unstash()
    {
        if (stashed.First is not { } first) return;
        stashed.RemoveFirst();
        ReceiveNext(first.Value);
    }

    public void UnstashAll()
    {
        for (var envelope = stashed.Last; envelope is not null; envelope = envelope.Previous) ReceiveNext(envelope.Value);
        stashed.Clear();
    }

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        stashed = new LinkedList<Envelope>(stashed.Where(predicate));
        UnstashAll();
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var all = stashed;
        stashed = [];
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse()) stashed.AddFirst(envelope);
    }

    private void ReceiveNext(Envelope envelope)
    {
        cell.Mailbox.EnqueueFirst(envelope);
        if (envelope.Message is Terminated terminated) cell.RequeueTerminated(terminated.ActorRef);
    }
}
