namespace Akka.Persistence.Sql;

/// <summary>Something to be written, whole or not at all.</summary>
internal sealed class WriteRequest
{
    /// <summary>The lease it is written under; null where the writer needs none.</summary>
    public Fence? Fence { get; init; }

    /// <summary>Events to append.</summary>
    public IReadOnlyList<EventRow> Events { get; init; } = [];

    /// <summary>What else to do. It may run again when the transaction it was in fails because of another request.</summary>
    public Action<SqlSession>? Work { get; init; }

    /// <summary>Whether it goes before what is waiting, in a transaction of its own.</summary>
    public bool Urgent { get; init; }

    /// <summary>Whether there is nothing to write: it only waits for its turn.</summary>
    public bool IsNothing => Events.Count == 0 && Work is null;

    /// <summary>Called once, on the writer's thread: with nothing when it is on the disk, or with why nothing of it is known to be.</summary>
    public required Action<Exception?> Done { get; init; }
}
