using Akka.Actor;

namespace Akka.Persistence;

/// <summary>
/// The stash of a persistent actor's own code. Commands that wait for a write are in another one and are received one by one, so what is unstashed
/// here goes before those instead of into the mailbox.
/// </summary>
internal sealed class PersistentStash(IStash own, IStash commands) : IStash
{
    public int Count => own.Count;

    public bool IsEmpty => own.IsEmpty;

    public bool NonEmpty => own.NonEmpty;

    public bool IsFull => own.IsFull;

    public int Capacity => own.Capacity;

    public void Stash() => own.Stash();

    public void Unstash() => own.Unstash();

    public void UnstashAll() => commands.Prepend(own.ClearStash());

    public void UnstashAll(Func<Envelope, bool> predicate) => own.UnstashAll(predicate);

    public IEnumerable<Envelope> ClearStash() => own.ClearStash();

    public void Prepend(IEnumerable<Envelope> envelopes) => own.Prepend(envelopes);
}
