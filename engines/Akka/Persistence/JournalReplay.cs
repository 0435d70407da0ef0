using Akka.Actor;
using Akka.Persistence.Sql;

namespace Akka.Persistence;

/// <summary>
/// Reads what an actor recovers from and sends it there: the snapshot, then the events, a page or two ahead of the actor. Holds one of the
/// system's recovery permits from its first read until it is disposed.
/// </summary>
internal sealed class JournalReplay : IDisposable
{
    private const int PagesAhead = 2;

    private readonly PersistenceExtension extension;
    private readonly SqlPlugin journal;
    private readonly SqlPlugin snapshots;
    private readonly string persistenceId;
    private readonly Recovery recovery;
    private readonly IActorRef actor;
    private readonly int instance;
    private readonly CancellationTokenSource end = new();
    private readonly SemaphoreSlim pages = new(PagesAhead);

    /// <summary>Begins as soon as there is a permit.</summary>
    public JournalReplay(
        PersistenceExtension extension, SqlPlugin journal, SqlPlugin snapshots, string persistenceId, Recovery recovery, IActorRef actor, int instance)
    {
        this.extension = extension;
        this.journal = journal;
        this.snapshots = snapshots;
        this.persistenceId = persistenceId;
        this.recovery = recovery;
        this.actor = actor;
        this.instance = instance;
        Task.Run(Run);
    }

    /// <summary>Says that the actor has replayed a page.</summary>
    public void Continue() => pages.Release();

    /// <summary>Ends it, wherever it is; the actor has recovered or needs it no more.</summary>
    public void Dispose() => end.Cancel();

    private async Task Run()
    {
        try
        {
            await extension.RecoveryPermits.WaitAsync(end.Token).ConfigureAwait(false);
            try
            {
                await Read().ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(false);
            }
            finally
            {
                extension.RecoveryPermits.Release();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // As it should be.
        }
    }

    private async Task Read()
    {
        try
        {
            // What an earlier instance still had to write is written before this one reads.
            await Within("the end of earlier writes", Task.WhenAll(journal.Ready(), snapshots.Ready(), journal.Store.Flush())).ConfigureAwait(false);
            var from = 1L;
            var criteria = recovery.FromSnapshot;
            if (criteria != SnapshotSelectionCriteria.None && await Within("snapshot", snapshots.Store.ReadSnapshot(
                persistenceId, Math.Min(criteria.MaxSequenceNr, recovery.ToSequenceNr), criteria.MaxTimeStamp, end.Token)).ConfigureAwait(false) is { } row)
            {
                Send(new SnapshotFound(instance, snapshots.FromRow(row)));
                from = row.SequenceNr + 1;
            }

            var highest = await Within("the highest sequence number", journal.Store.HighestSequenceNr(persistenceId, from - 1, end.Token)).ConfigureAwait(false);
            await ReadEvents(from, Math.Min(highest, recovery.ToSequenceNr)).ConfigureAwait(false);
            Send(new AllFound(instance, highest));
        }
        catch (Exception e) when (!end.IsCancellationRequested)
        {
            Send(new ReadFailed(instance, e));
        }
    }

    private async Task ReadEvents(long from, long to)
    {
        for (var left = recovery.ReplayMax; from <= to && left > 0;)
        {
            await pages.WaitAsync(end.Token).ConfigureAwait(false);
            var size = (int)Math.Min(journal.PageSize, left);
            var rows = await Within("event", journal.Store.ReadEvents(persistenceId, from, to, size, end.Token)).ConfigureAwait(false);
            foreach (var row in rows) Send(new EventFound(instance, row.SequenceNr, journal.FromRow(row)));
            if (rows.Count < size) return;
            Send(new PageFound(instance));
            from = rows[^1].SequenceNr + 1;
            left -= size;
        }
    }

    private async Task<T> Within<T>(string what, Task<T> reading)
    {
        await Within(what, (Task)reading).ConfigureAwait(false);
        return await reading.ConfigureAwait(false);
    }

    private async Task Within(string what, Task reading)
    {
        try
        {
            await reading.WaitAsync(journal.ReadTimeout, end.Token).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (!reading.IsCompleted)
        {
            throw new RecoveryTimedOutException($"Recovery timed out, didn't get {what} within {journal.ReadTimeout.TotalSeconds}s.", e);
        }
    }

    private void Send(StoreReply reply)
    {
        if (!end.IsCancellationRequested) actor.Tell(reply, ActorRefs.NoSender);
    }
}
