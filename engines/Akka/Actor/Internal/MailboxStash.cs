namespace Akka.Actor.Internal;

/// <summary>A stash whose messages go back to the front of the actor's mailbox.</summary>
internal sealed class MailboxStash(ActorCell cell) : IStash
{
    private LinkedList<Envelope> _stashed = [];
    private long _lastStashed = -1;

    public int Count => _stashed.Count;

    public bool IsEmpty => _stashed.Count == 0;

    public bool NonEmpty => _stashed.Count > 0;

    public bool IsFull => false;

    public int Capacity => -1;

    public void Stash()
    {
        if (cell.MessageNumber == _lastStashed) throw new IllegalActorStateException($"Can't stash the same message {cell.CurrentMessage} more than once");
        _lastStashed = cell.MessageNumber;
        _stashed.AddLast(new Envelope(cell.CurrentMessage!, cell.Sender));
    }

    public void Unstash()
    {
        if (_stashed.First is not { } first) return;
        _stashed.RemoveFirst();
        ReceiveNext(first.Value);
    }

    public void UnstashAll()
    {
        for (var envelope = _stashed.Last; envelope is not null; envelope = envelope.Previous) ReceiveNext(envelope.Value);
        _stashed.Clear();
    }

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        _stashed = new LinkedList<Envelope>(_stashed.Where(predicate));
        UnstashAll();
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var all = _stashed;
        _stashed = [];
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse()) _stashed.AddFirst(envelope);
    }

    private void ReceiveNext(Envelope envelope)
    {
        cell.Mailbox.EnqueueFirst(envelope);
        if (envelope.Message is Terminated terminated) cell.RequeueTerminated(terminated.ActorRef);
    }
}
