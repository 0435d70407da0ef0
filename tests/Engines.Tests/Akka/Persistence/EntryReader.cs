using ActorRlhf.Engines.Tests.Node.Persistence;
using Akka.Actor;
using Akka.Persistence;

namespace ActorRlhf.Engines.Tests.Akka.Persistence;

/// <summary>Reads what an actor that counts has in the journal, by recovering from it.</summary>
internal sealed class EntryReader : ReceivePersistentActor
{
    public EntryReader(string id, TaskCompletionSource<List<Entry>> read)
    {
        PersistenceId = id;
        var entries = new List<Entry>();
        Recover<Entry>(entry =>
        {
            entries.Add(entry);
            if (entry.Number != entries.Count || LastSequenceNr != entries.Count)
                read.TrySetException(new InvalidDataException($"{id}: event {LastSequenceNr}, replayed as number {entries.Count}, says that it is number {entry.Number}"));
        });
        Recover<RecoveryCompleted>(_ =>
        {
            read.TrySetResult(entries);
            Context.Stop(Self);
        });
    }

    public override string PersistenceId { get; }

    /// <summary>Its events, which have the numbers 1, 2, 3 … and so do their entries.</summary>
    public static Task<List<Entry>> ReadAsync(ActorSystem system, string id)
    {
        var read = new TaskCompletionSource<List<Entry>>();
        system.ActorOf(Props.Create(() => new EntryReader(id, read)));
        return read.Task.WaitAsync(PersistenceFixture.Patience);
    }
}
