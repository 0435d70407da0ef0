using System.Data;
using System.Diagnostics;

namespace Akka.Persistence.Sql;

/// <summary>A thread with a connection that writes what many actors ask for, as much as is waiting in one transaction.</summary>
internal sealed class WriteQueue : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SqlDatabase _database;
    private readonly int _batchSize;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly Queue<WriteRequest> _urgent = new();
    private readonly Queue<WriteRequest> _ordinary = new();
    private bool _closed;
    private SqlSession? _session;

    /// <summary>Starts the thread.</summary>
    /// <param name="database">Where to write.</param>
    /// <param name="batchSize">The most events in a transaction; a request with more has one to itself.</param>
    public WriteQueue(SqlDatabase database, int batchSize)
    {
        _database = database;
        _batchSize = batchSize;
        _thread = new Thread(Run) { IsBackground = true, Name = "akka.persistence.sql" };
        _thread.Start();
    }

    /// <summary>Puts a request at the end of the queue. Never blocks.</summary>
    public void Add(WriteRequest request)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                (request.Urgent ? _urgent : _ordinary).Enqueue(request);
                _waiting.Release();
                return;
            }
        }
        request.Done(new ObjectDisposedException("journal", "the actor system has stopped"));
    }

    /// <summary>Runs something in a transaction.</summary>
    /// <param name="fence">The lease it is done under, if any.</param>
    /// <param name="work">What to do.</param>
    /// <param name="urgent">Whether it goes before what is waiting.</param>
    public Task<T> Run<T>(Fence? fence, Func<SqlSession, T> work, bool urgent = false)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        T result = default!;
        Add(new WriteRequest
        {
            Fence = fence,
            Urgent = urgent,
            Work = session => result = work(session),
            Done = failure =>
            {
                if (failure is null)
                    completion.SetResult(result);
                else
                    completion.SetException(failure);
            },
        });
        return completion.Task;
    }

    /// <summary>Ends when everything asked before is done.</summary>
    public Task Flush()
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new WriteRequest { Done = _ => completion.SetResult() });
        return completion.Task;
    }

    /// <summary>Writes what is waiting and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _waiting.Release();
        }
        _thread.Join();
    }

    private void Run()
    {
        var batch = new List<WriteRequest>();
        while (Next(batch))
        {
            Write(batch);
            batch.Clear();
        }
        _session?.Dispose();
    }

    private bool Next(List<WriteRequest> batch)
    {
        _waiting.Wait();
        lock (_gate)
        {
            if (_urgent.TryDequeue(out var first))
            {
                batch.Add(first);
                return true;
            }
            var events = 0;
            while (_ordinary.TryPeek(out var request) && (batch.Count == 0 || events + request.Events.Count <= _batchSize) && batch.Count < _batchSize)
            {
                if (batch.Count > 0)
                    _waiting.Wait(); // taken without waiting: there is one count for each request
                events += request.Events.Count;
                batch.Add(_ordinary.Dequeue());
            }
            return batch.Count > 0; // none: the queue was closed
        }
    }

    private void Write(IReadOnlyList<WriteRequest> batch)
    {
        var started = Stopwatch.GetTimestamp();
        while (!TryWrite(batch, canWait: Stopwatch.GetElapsedTime(started) < _database.Timeout)) Thread.Sleep(Pause);
    }

    // False when the connection was lost before the end of the transaction was asked for, so nothing is written, and it can be tried again.
    private bool TryWrite(IReadOnlyList<WriteRequest> batch, bool canWait)
    {
        HashSet<Fence>? held = null;
        var isCommitting = false;
        try
        {
            if (batch.All(request => request.IsNothing))
            {
                foreach (var request in batch)
                    request.Done(null);
                return true;
            }
            _session ??= _database.OpenWriter();
            _database.Begin(_session);
            if (batch.Where(request => request.Fence is not null).Select(request => request.Fence!.Value).ToHashSet() is { Count: > 0 } fences)
                held = _database.Held(_session, fences);
            var written = batch.Where(IsHeld);
            if (written.SelectMany(request => request.Events).ToList() is { Count: > 0 } rows)
                _database.Insert(_session, rows);
            foreach (var request in written)
                request.Work?.Invoke(_session);
            isCommitting = true;
            _database.Commit(_session);
        }
        catch (Exception failure)
        {
            var connected = Abandon();
            if (!connected && !isCommitting && canWait && _database.IsRemote)
                return false;
            if (batch.Count > 1 && connected)
            {
                foreach (var request in batch) // one of them is to blame; the others must not suffer for it
                    Write([request]);
                return true;
            }
            foreach (var request in batch)
                request.Done(failure);
            return true;
        }
        foreach (var request in batch)
            request.Done(IsHeld(request) ? null : new LeaseLostException(request.Fence!.Value));
        return true;

        bool IsHeld(WriteRequest request) => request.Fence is not { } fence || held!.Contains(fence);
    }

    // Whether the connection is good for another transaction.
    private bool Abandon()
    {
        if (_session is null)
            return false;
        try
        {
            if (_session.Connection.State == ConnectionState.Open)
            {
                _database.Rollback(_session);
                return true;
            }
        }
        catch (Exception)
        {
            // A transaction that cannot be rolled back goes with its connection.
        }
        try
        {
            _session.Dispose();
        }
        catch (Exception)
        {
            // Nor does it matter how a lost connection ends.
        }
        _session = null;
        return false;
    }
}
