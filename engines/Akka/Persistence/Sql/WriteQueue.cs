namespace Akka.Persistence.Sql;

/// <summary>A thread with a connection that writes what many actors ask for, as much as is waiting in one transaction.</summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly SqlDatabase database;
    private readonly int batchSize;
    private readonly Thread thread;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim waiting = new(0);
    private readonly Queue<WriteRequest> urgent = new();
    private readonly Queue<WriteRequest> ordinary = new();
    private bool closed;
    private SqlSession? session;

    /// <summary>Starts the thread.</summary>
    /// <param name="database">Where to write.</param>
    /// <param name="batchSize">The most events in a transaction; a request with more has one to itself.</param>
    public WriteQueue(SqlDatabase database, int batchSize)
    {
        this.database = database;
        this.batchSize = batchSize;
        thread = new Thread(Run) { IsBackground = true, Name = "akka.persistence.sql" };
        thread.Start();
    }

    /// <summary>Puts a request at the end of the queue. Never blocks.</summary>
    public void Add(WriteRequest request)
    {
        lock (gate)
        {
            if (!closed)
            {
                (request.Urgent ? urgent : ordinary).Enqueue(request);
                waiting.Release();
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
        lock (gate)
        {
            if (closed)
                return;
            closed = true;
            waiting.Release();
        }
        thread.Join();
    }

    private void Run()
    {
        var batch = new List<WriteRequest>();
        while (Next(batch))
        {
            Write(batch);
            batch.Clear();
        }
        session?.Dispose();
    }

    private bool Next(List<WriteRequest> batch)
    {
        waiting.Wait();
        lock (gate)
        {
            if (urgent.TryDequeue(out var first))
            {
                batch.Add(first);
                return true;
            }
            var events = 0;
            while (ordinary.TryPeek(out var request) && (batch.Count == 0 || events + request.Events.Count <= batchSize) && batch.Count < batchSize)
            {
                if (batch.Count > 0)
                    waiting.Wait(); // taken without waiting: there is one count for each request
                events += request.Events.Count;
                batch.Add(ordinary.Dequeue());
            }
            return batch.Count > 0; // none: the queue was closed
        }
    }

    private void Write(IReadOnlyList<WriteRequest> batch)
    {
        HashSet<Fence>? held = null;
        try
        {
            if (batch.All(request => request.IsNothing))
            {
                foreach (var request in batch)
                    request.Done(null);
                return;
            }
            session ??= database.OpenWriter();
            database.Begin(session);
            if (batch.Where(request => request.Fence is not null).Select(request => request.Fence!.Value).ToHashSet() is { Count: > 0 } fences)
                held = database.Held(session, fences);
            var written = batch.Where(IsHeld);
            if (written.SelectMany(request => request.Events).ToList() is { Count: > 0 } rows)
                database.Insert(session, rows);
            foreach (var request in written)
                request.Work?.Invoke(session);
            database.Commit(session);
        }
        catch (Exception failure)
        {
            var connected = Abandon();
            if (batch.Count > 1 && connected)
            {
                foreach (var request in batch) // one of them is to blame; the others must not suffer for it
                    Write([request]);
                return;
            }
            foreach (var request in batch)
                request.Done(failure);
            return;
        }
        foreach (var request in batch)
            request.Done(IsHeld(request) ? null : new LeaseLostException(request.Fence!.Value));

        bool IsHeld(WriteRequest request) => request.Fence is not { } fence || held!.Contains(fence);
    }

    // Whether the connection is good for another transaction.
    private bool Abandon()
    {
        if (session is null)
            return false;
        try
        {
            if (!SqlDatabase.IsLost(session))
            {
                database.Rollback(session);
                return true;
            }
        }
        catch (Exception)
        {
            // A transaction that cannot be rolled back goes with its connection.
        }
        try
        {
            session.Dispose();
        }
        catch (Exception)
        {
            // Nor does it matter how a lost connection ends.
        }
        session = null;
        return false;
    }
}
