using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>Gives actors threads to run on.</summary>
public abstract class MessageDispatcher
{
    private protected MessageDispatcher(string id, int throughput)
    {
        Id = id;
        Throughput = throughput;
    }

    /// <summary>The path of its configuration.</summary>
    public string Id { get; }

    /// <summary>How many messages an actor receives before it lets others run.</summary>
    public int Throughput { get; }

    /// <summary>Has a mailbox run soon.</summary>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="again">Whether it has just run and others come first.</param>
    internal abstract void Schedule(Mailbox mailbox, bool again);

    internal virtual void Detach(Mailbox mailbox)
    {
    }

    internal virtual void Shutdown()
    {
    }
}

/// <summary>Runs actors on .NET's thread pool.</summary>
internal sealed class ThreadPoolDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    private const uint InTurn = 32;

    [ThreadStatic]
    private static uint _scheduled;

    // A thread takes the work that it has queued itself first, and of that the latest: fast for actors that answer each other, but such a
    // conversation would keep everybody else waiting without end. So one in a few, and whoever has used up its throughput, queues with all others.
    internal override void Schedule(Mailbox mailbox, bool again) =>
        ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: !again && ++_scheduled % InTurn != 0);
}

/// <summary>Runs actors on threads of its own, so that whatever blocks the thread pool does not hold them up.</summary>
internal sealed class ThreadsDispatcher(string id, int throughput, int threads) : MessageDispatcher(id, throughput)
{
    private readonly BlockingCollection<IThreadPoolWorkItem> _work = [];
    private int _started;

    internal override void Schedule(Mailbox mailbox, bool again)
    {
        if (Volatile.Read(ref _started) == 0 && Interlocked.Exchange(ref _started, 1) == 0)
        {
            for (var i = 0; i < threads; i++) new Thread(Run) { IsBackground = true, Name = $"{Id}-{i}" }.Start();
        }

        try
        {
            _work.Add(mailbox);
        }
        catch (InvalidOperationException)
        {
            // The system, or the one actor of this thread, has ended.
        }
    }

    internal override void Shutdown() => _work.CompleteAdding();

    private void Run()
    {
        foreach (var item in _work.GetConsumingEnumerable()) item.Execute();
    }
}

/// <summary>Runs an actor on the thread that sends to it: for test actors, to which what was sent is there at once.</summary>
internal sealed class CallingThreadDispatcher(string id) : MessageDispatcher(id, int.MaxValue)
{
    internal override void Schedule(Mailbox mailbox, bool again) => mailbox.Execute();
}

/// <summary>Runs each actor on a thread of its own.</summary>
internal sealed class PinnedDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    private readonly ConcurrentDictionary<Mailbox, ThreadsDispatcher> _threads = new();

    internal override void Schedule(Mailbox mailbox, bool again) =>
        _threads.GetOrAdd(mailbox, static (_, own) => new ThreadsDispatcher(own.Id, own.Throughput, 1), this).Schedule(mailbox, again);

    internal override void Detach(Mailbox mailbox)
    {
        if (_threads.TryRemove(mailbox, out var thread)) thread.Shutdown();
    }

    internal override void Shutdown()
    {
        foreach (var thread in _threads.Values) thread.Shutdown();
    }
}

/// <summary>The dispatchers of a system, by the paths of their configuration.</summary>
public sealed class Dispatchers
{
    /// <summary>The dispatcher of actors that ask for no other.</summary>
    public const string DefaultDispatcherId = "akka.actor.default-dispatcher";

    /// <summary>The dispatcher of the engine's own actors.</summary>
    internal const string InternalDispatcherId = "akka.actor.internal-dispatcher";

    private readonly Settings _settings;
    private readonly ConcurrentDictionary<string, MessageDispatcher> _dispatchers = new();
    private readonly Lock _makingLock = new();

    internal Dispatchers(Settings settings)
    {
        _settings = settings;
    }

    /// <summary>Whether a dispatcher is configured.</summary>
    public bool HasDispatcher(string id) => _settings.Config.HasPath(id);

    /// <summary>The dispatcher of an id.</summary>
    /// <exception cref="ConfigurationException">None is configured.</exception>
    public MessageDispatcher Lookup(string dispatcherName)
    {
        if (_dispatchers.TryGetValue(dispatcherName, out var known)) return known;
        lock (_makingLock)
        {
            if (!_dispatchers.TryGetValue(dispatcherName, out known)) _dispatchers[dispatcherName] = known = Make(dispatcherName);
            return known;
        }
    }

    internal void Shutdown()
    {
        foreach (var dispatcher in _dispatchers.Values) dispatcher.Shutdown();
    }

    private MessageDispatcher Make(string id)
    {
        if (!HasDispatcher(id)) throw new ConfigurationException($"Dispatcher [{id}] not configured");
        var config = _settings.Config.GetConfig(id)!.WithFallback(_settings.Config.GetConfig(DefaultDispatcherId));
        var type = config.GetString("type") ?? "";
        var throughput = config.GetInt("throughput", 30);
        if (throughput <= 0) throw new ConfigurationException($"{id}.throughput is {throughput}; it must be positive");
        switch (type.Split(',')[0].Trim())
        {
            case "PinnedDispatcher":
                return new PinnedDispatcher(id, throughput);
            case "Akka.TestKit.CallingThreadDispatcherConfigurator":
                return new CallingThreadDispatcher(id);
            case "ForkJoinDispatcher":
                return new ThreadsDispatcher(id, throughput, config.GetInt("dedicated-thread-pool.thread-count", 3));
            case "Dispatcher" when config.GetString("executor") == "fork-join-executor":
                var threads = Math.Ceiling(Environment.ProcessorCount * config.GetDouble("fork-join-executor.parallelism-factor", 1));
                return new ThreadsDispatcher(id, throughput, (int)Math.Clamp(
                    threads, config.GetInt("fork-join-executor.parallelism-min", 1), config.GetInt("fork-join-executor.parallelism-max", 64)));
            case "Dispatcher" or "TaskDispatcher":
                return new ThreadPoolDispatcher(id, throughput);
            default:
                throw new ConfigurationException(
                    $"{id}.type is \"{type}\"; the embedded engine has Dispatcher, TaskDispatcher, ForkJoinDispatcher and PinnedDispatcher");
        }
    }
}
