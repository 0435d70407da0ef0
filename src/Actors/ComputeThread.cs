using System.Collections.Concurrent;
using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Actors;

/// <summary>A thread of an actor's own for what would hold up a dispatcher. Work is done in the order in which it is given.</summary>
public sealed class ComputeThread : IDisposable
{
    [ThreadStatic]
    private static ComputeThread? _current;

    private readonly BlockingCollection<Func<Action>> _work = [];
    private readonly RecentShares<Activity> _activity;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Its name, for debuggers.</param>
    /// <param name="clock">Times its work; the system's by default.</param>
    public ComputeThread(string name, TimeProvider? clock = null)
    {
        _activity = new RecentShares<Activity>(Activity.Idle, clock);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    private enum Activity
    {
        Idle,
        Busy,
    }

    /// <summary>The share of its last half minute that it was at work, without what <see cref="Wait"/> has had it wait.</summary>
    public double Busy => _activity[Activity.Busy];

    /// <summary>Waits within a piece of work for something that others do, such as a turn at the processors; on a thread of another kind, just waits.</summary>
    /// <param name="wait">Waits.</param>
    public static void Wait(Action wait)
    {
        _current?._activity.Enter(Activity.Idle);
        try
        {
            wait();
        }
        finally
        {
            _current?._activity.Enter(Activity.Busy);
        }
    }

    /// <summary>Does something on the thread.</summary>
    /// <exception cref="InvalidOperationException">The thread has been told to end.</exception>
    public Task<T> Run<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                var result = work();
                return () => completion.SetResult(result);
            }
            catch (Exception e)
            {
                return () => completion.SetException(e);
            }
        });
        return completion.Task;
    }

    /// <summary>Ends the thread when what it was given is done; does not wait for that.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        _current = this;
        foreach (var work in _work.GetConsumingEnumerable())
        {
            _activity.Enter(Activity.Busy);
            var tell = work();
            _activity.Enter(Activity.Idle); // before anybody hears that the work is done
            tell();
        }

        _work.Dispose();
    }
}
