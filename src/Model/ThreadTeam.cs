namespace ActorRlhf.Model;

/// <summary>
/// A few threads that run one piece of work together and meet at barriers inside it. They are made once; between pieces of work, and at a
/// barrier that is slow to come, they spin for some tens of microseconds and then sleep, so an idle team costs nothing. They never yield:
/// on a busy machine that hands whole time slices away, where a sleeper is woken at once.
/// </summary>
/// <remarks>
/// The caller of <see cref="Run"/> is thread 0. One piece of work at a time: <see cref="Run"/> must not be called concurrently.
/// </remarks>
public sealed class ThreadTeam : IDisposable
{
    private const int Spins = 1000;

    private readonly Thread[] _workers;
    private readonly int _spins;
    private readonly object _sleepers = new();
    private Action<int>? _work;
    private Exception? _failure;
    private int _sleeping;
    private int _round;
    private int _arrived;
    private int _barrier;
    private int _finished;
    private int _completed;
    private int _aborted;
    private int _closed;

    /// <summary>Starts <paramref name="threads"/> − 1 background threads.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _spins = threads <= Environment.ProcessorCount ? Spins : 0;
        _workers = new Thread[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            var index = i + 1;
            _workers[i] = new Thread(() => Work(index)) { IsBackground = true, Name = $"team {index}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads in the team, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Threads that sleep.</summary>
    internal int Sleeping => Volatile.Read(ref _sleeping);

    /// <summary>
    /// Runs <paramref name="body"/> on every thread with its index (0…<see cref="Threads"/>−1) and returns when all are done.
    /// </summary>
    /// <exception cref="AggregateException">A thread threw; the others were released from their barriers.</exception>
    public void Run(Action<int> body)
    {
        ObjectDisposedException.ThrowIf(_closed != 0, this);
        _failure = null;
        _aborted = 0;
        _arrived = 0;
        _finished = 0;
        _work = body;
        var completed = _completed;
        Volatile.Write(ref _round, _round + 1);
        Wake();
        Execute(body, 0);
        if (!Finish()) Await(ref _completed, completed, abortable: false);
        _work = null;
        if (_failure is { } first) throw new AggregateException(first);
    }

    /// <summary>
    /// Inside <see cref="Run"/>: waits until every thread of the team has come here. Writes made before it are seen after it.
    /// </summary>
    /// <exception cref="OperationCanceledException">Another thread of the team failed, so the rest of the work is void.</exception>
    public void Barrier()
    {
        if (Threads == 1) return;
        var current = Volatile.Read(ref _barrier);
        if (Interlocked.Increment(ref _arrived) == Threads)
        {
            Volatile.Write(ref _arrived, 0);
            Volatile.Write(ref _barrier, current + 1);
            Wake();
        }
        else
        {
            Await(ref _barrier, current, abortable: true);
        }

        if (Volatile.Read(ref _aborted) != 0) throw new OperationCanceledException("another thread of the team failed");
    }

    /// <summary>The share <c>[Begin, End)</c> of <paramref name="count"/> things that thread <paramref name="index"/> takes.</summary>
    public (int Begin, int End) Share(int count, int index) =>
        ((int)((long)count * index / Threads), (int)((long)count * (index + 1) / Threads));

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        Wake();
        foreach (var worker in _workers) worker.Join();
    }

    private void Work(int index)
    {
        for (var seen = 0; ; seen++)
        {
            Await(ref _round, seen, abortable: false);
            if (Volatile.Read(ref _closed) != 0) return;
            Execute(_work!, index);
            Finish();
        }
    }

    private void Execute(Action<int> body, int index)
    {
        try
        {
            body(index);
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _aborted) != 0)
        {
            // Released from a barrier: the failure to report is the other thread's.
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            Volatile.Write(ref _aborted, 1);
            Wake();
        }
    }

    /// <summary>Counts a thread out of the round; true for the last one.</summary>
    private bool Finish()
    {
        if (Interlocked.Increment(ref _finished) < Threads) return false;
        Volatile.Write(ref _completed, _completed + 1);
        Wake();
        return true;
    }

    private void Wake()
    {
        // A full fence on both sides: either a sleeper sees the new value before it waits, or the value's writer sees the sleeper.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) == 0) return;
        lock (_sleepers) Monitor.PulseAll(_sleepers);
    }

    private void Await(ref int counter, int old, bool abortable)
    {
        for (var i = 0; i < _spins; i++)
        {
            if (Over(ref counter, old, abortable)) return;
            Thread.SpinWait(1);
        }

        lock (_sleepers)
        {
            Interlocked.Increment(ref _sleeping);
            while (!Over(ref counter, old, abortable)) Monitor.Wait(_sleepers);
            Interlocked.Decrement(ref _sleeping);
        }
    }

    private bool Over(ref int counter, int old, bool abortable) =>
        Volatile.Read(ref counter) != old || Volatile.Read(ref _closed) != 0 || (abortable && Volatile.Read(ref _aborted) != 0);
}
