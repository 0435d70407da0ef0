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
    private const int PageBytes = 1 << 20;

    private readonly PersistenceExtension _extension;
    private readonly SqlPlugin _journal;
    private readonly SqlPlugin _snapshots;
    private readonly string _persistenceId;
    private readonly Recovery _recovery;
    private readonly IActorRef _actor;
    private readonly int _instance;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _pages = new(PagesAhead);

    /// <summary>Begins as soon as there is a permit.</summary>
    public JournalReplay(
        PersistenceExtension extension,
        SqlPlugin journal,
        SqlPlugin snapshots,
        string persistenceId,
        Recovery recovery,
        IActorRef actor,
        int instance)
    {
        _extension = extension;
        _journal = journal;
        _snapshots = snapshots;
        _persistenceId = persistenceId;
        _recovery = recovery;
        _actor = actor;
        _instance = instance;
        Task.Run(Run);
    }

    /// <summary>Says that the actor has replayed a page.</summary>
    public void Continue() => _pages.Release();

    /// <summary>Ends it, wherever it is; the actor has recovered or needs it no more.</summary>
    public void Dispose() => _end.Cancel();

    private async Task Run()
    {
        try
        {
            await _extension.RecoveryPermits.WaitAsync(_end.Token).ConfigureAwait(false);
            try
            {
                await Read().ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, _end.Token).ConfigureAwait(false);
            }
            finally
            {
                _extension.RecoveryPermits.Release();
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // As it should be.
        }
    }

    private async Task Read()
    {
        try
        {
            // What an earlier instance still had to write is written before this one reads.
            await Within("the end of earlier writes", Task.WhenAll(_journal.Ready(), _snapshots.Ready(), _journal.Store.Flush())).ConfigureAwait(false);
            var from = 1L;
            var criteria = _recovery.FromSnapshot;
            if (criteria != SnapshotSelectionCriteria.None)
            {
                var latest = Math.Min(criteria.MaxSequenceNr, _recovery.ToSequenceNr);
                var reading = _snapshots.Store.ReadSnapshot(_persistenceId, latest, criteria.MaxTimeStamp, _end.Token);
                if (await Within("snapshot", reading).ConfigureAwait(false) is { } row)
                {
                    Send(new SnapshotFound(_instance, _snapshots.FromRow(row)));
                    from = row.SequenceNr + 1;
                }
            }

            var counting = _journal.Store.HighestSequenceNr(_persistenceId, from - 1, _end.Token);
            var highest = await Within("the highest sequence number", counting).ConfigureAwait(false);
            await ReadEvents(from, Math.Min(highest, _recovery.ToSequenceNr)).ConfigureAwait(false);
            Send(new AllFound(_instance, highest));
        }
        catch (Exception e) when (!_end.IsCancellationRequested)
        {
            Send(new ReadFailed(_instance, e));
        }
    }

    private async Task ReadEvents(long from, long to)
    {
        for (var left = _recovery.ReplayMax; from <= to && left > 0;)
        {
            var reading = _journal.Store.ReadSizes(_persistenceId, from, to, (int)Math.Min(_journal.PageSize, left), _end.Token);
            var sizes = await Within("the sizes of events", reading).ConfigureAwait(false);
            if (sizes.Count == 0) return;
            foreach (var (first, last) in Pages(sizes, PageBytes))
            {
                await _pages.WaitAsync(_end.Token).ConfigureAwait(false);
                var rows = await Within("event", _journal.Store.ReadEvents(_persistenceId, first, last, _end.Token)).ConfigureAwait(false);
                foreach (var row in rows) Send(new EventFound(_instance, row.SequenceNr, _journal.FromRow(row)));
                Send(new PageFound(_instance));
            }
            left -= sizes.Count;
            from = sizes[^1].SequenceNr + 1;
        }
    }

    /// <summary>The first and last numbers of pages that have at most so many bytes, or one event.</summary>
    internal static IEnumerable<(long First, long Last)> Pages(IReadOnlyList<EventSize> sizes, long most)
    {
        var first = 0;
        for (var bytes = 0L; first < sizes.Count; bytes = 0)
        {
            var next = first;
            while (next < sizes.Count && (next == first || bytes + sizes[next].Bytes <= most)) bytes += sizes[next++].Bytes;
            yield return (sizes[first].SequenceNr, sizes[next - 1].SequenceNr);
            first = next;
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
            await reading.WaitAsync(_journal.ReadTimeout, _end.Token).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (!reading.IsCompleted)
        {
            throw new RecoveryTimedOutException($"Recovery timed out, didn't get {what} within {_journal.ReadTimeout.TotalSeconds}s.", e);
        }
    }

    private void Send(StoreReply reply)
    {
        if (!_end.IsCancellationRequested) _actor.Tell(reply, ActorRefs.NoSender);
    }
}
