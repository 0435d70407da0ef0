using System.Runtime.InteropServices;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// Ends a system in phases: the tasks of a phase run side by side, the phases one after the other, each within its time. The phases and what they
/// depend on are <c>akka.coordinated-shutdown.phases</c>.
/// </summary>
public sealed class CoordinatedShutdown : IExtension
{
    /// <summary>Before the service refuses what is new.</summary>
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";

    /// <summary>The service refuses what is new.</summary>
    public const string PhaseServiceUnbind = "service-unbind";

    /// <summary>The service answers what it has begun.</summary>
    public const string PhaseServiceRequestsDone = "service-requests-done";

    /// <summary>The service ends.</summary>
    public const string PhaseServiceStop = "service-stop";

    /// <summary>Before the cluster is left.</summary>
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";

    /// <summary>Shards are handed over.</summary>
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";

    /// <summary>The cluster is left.</summary>
    public const string PhaseClusterLeave = "cluster-leave";

    /// <summary>Singletons are handed over.</summary>
    public const string PhaseClusterExiting = "cluster-exiting";

    /// <summary>The cluster has seen this member go.</summary>
    public const string PhaseClusterExitingDone = "cluster-exiting-done";

    /// <summary>What is left of the cluster ends.</summary>
    public const string PhaseClusterShutdown = "cluster-shutdown";

    /// <summary>Before the system ends.</summary>
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";

    /// <summary>The system ends.</summary>
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly Dictionary<string, Phase> _phases;
    private readonly List<string> _order;
    private readonly Dictionary<string, List<(string Name, Func<Task<Done>> Run)>> _tasks = [];
    private readonly Lock _tasksLock = new();
    private readonly TaskCompletionSource<Done> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _exitClr;
    private Reason? _reason;

    internal CoordinatedShutdown(ExtendedActorSystem system)
    {
        System = system;
        var config = system.Settings.Config.GetConfig("akka.coordinated-shutdown")!;
        _phases = PhasesOf(config);
        _order = Sort(_phases);
        _exitClr = config.GetBoolean("exit-clr");
        if (system.Settings.CoordinatedShutdownTerminateActorSystem || _exitClr) AddTask(PhaseActorSystemTerminate, "terminate-system", EndSystem);
        if (config.GetBoolean("run-by-clr-shutdown-hook")) HookProcessExit();
    }

    /// <summary>The system.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>Why it runs or has run; null before.</summary>
    public Reason? ShutdownReason => Volatile.Read(ref _reason);

    /// <summary>The most time that the phases with tasks can take.</summary>
    public TimeSpan TotalTimeout
    {
        get
        {
            lock (_tasksLock) return _tasks.Keys.Aggregate(TimeSpan.Zero, (total, phase) => total + _phases[phase].Timeout);
        }
    }

    /// <summary>The system's coordinated shutdown.</summary>
    public static CoordinatedShutdown Get(ActorSystem sys) => sys.WithExtension<CoordinatedShutdown, CoordinatedShutdownExtension>();

    /// <summary>Adds a task to a phase that has not begun.</summary>
    /// <exception cref="ConfigurationException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!_phases.ContainsKey(phase))
        {
            throw new ConfigurationException($"Unknown phase [{phase}], known phases [{string.Join(",", _phases.Keys)}]. "
                + "All phases (along with their optional dependencies) must be defined in configuration.");
        }

        lock (_tasksLock)
        {
            if (!_tasks.TryGetValue(phase, out var those)) _tasks[phase] = those = [];
            those.Add((taskName, task));
        }
    }

    /// <summary>How long a phase may take.</summary>
    /// <exception cref="ArgumentException">There is no such phase.</exception>
    public TimeSpan Timeout(string phase) => _phases.TryGetValue(phase, out var known)
        ? known.Timeout
        : throw new ArgumentException($"Unknown phase [{phase}]. All phases must be defined in configuration.", nameof(phase));

    /// <summary>Runs the phases, once however often it is called.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="fromPhase">The first phase; null for all.</param>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null) _ = RunPhases(fromPhase);
        return _finished.Task;
    }

    private static Dictionary<string, Phase> PhasesOf(Config config)
    {
        var defaultTimeout = config.GetTimeSpan("default-phase-timeout");
        var all = config.GetConfig("phases")!;
        var phases = new Dictionary<string, Phase>();
        foreach (var name in all.AsEnumerable().Select(phase => phase.Key))
        {
            phases[name] = new Phase(
                [.. all.GetStringList($"{name}.depends-on").Select(other => other!)],
                all.GetTimeSpan($"{name}.timeout", defaultTimeout, allowInfinite: false),
                all.GetBoolean($"{name}.recover", true),
                all.GetBoolean($"{name}.enabled", true));
        }

        return phases;
    }

    private static List<string> Sort(Dictionary<string, Phase> phases)
    {
        var sorted = new List<string>();
        var open = new HashSet<string>();
        foreach (var phase in phases.Keys.Order(StringComparer.Ordinal)) Visit(phase);
        return sorted;

        void Visit(string phase)
        {
            if (sorted.Contains(phase)) return;
            if (!open.Add(phase)) throw new ArgumentException($"Cycle detected in graph of phases. It must be a DAG. phase [{phase}] depends transitively on itself.");
            foreach (var other in phases.TryGetValue(phase, out var known) ? known.DependsOn : []) Visit(other);
            open.Remove(phase);
            sorted.Add(phase);
        }
    }

    private async Task RunPhases(string? fromPhase)
    {
        try
        {
            foreach (var phase in _order.SkipWhile(phase => fromPhase is not null && phase != fromPhase))
            {
                (string Name, Func<Task<Done>> Run)[] now;
                lock (_tasksLock) now = _tasks.TryGetValue(phase, out var those) ? [.. those] : [];
                if (now.Length > 0 && _phases[phase].Enabled) await RunPhase(phase, now).ConfigureAwait(false);
            }

            _finished.TrySetResult(Done.Instance);
        }
        catch (Exception e)
        {
            _finished.TrySetException(e);
        }
    }

    private async Task RunPhase(string phase, (string Name, Func<Task<Done>> Run)[] now)
    {
        var (_, timeout, recover, _) = _phases[phase];
        System.Log.Debug("Performing phase [{0}] with [{1}] tasks", phase, now.Length);
        var all = Task.WhenAll(now.Select(async task =>
        {
            try
            {
                await Task.Run(task.Run).ConfigureAwait(false);
            }
            catch (Exception e) when (recover)
            {
                System.Log.Warning("Task [{0}] failed in phase [{1}]: {2}", task.Name, phase, e.Message);
            }
        }));
        try
        {
            await all.WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!all.IsCompleted)
        {
            if (!recover) throw new TimeoutException($"Coordinated shutdown phase [{phase}] timed out after {timeout}");
            System.Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase, timeout);
        }
    }

    private async Task<Done> EndSystem()
    {
        var inTime = true;
        if (System.Settings.CoordinatedShutdownTerminateActorSystem)
        {
            var ended = System.FinalTerminate();
            inTime = !_exitClr || await Task.WhenAny(ended, Task.Delay(Timeout(PhaseActorSystemTerminate))).ConfigureAwait(false) == ended;
            if (inTime) await ended.ConfigureAwait(false);
        }

        if (_exitClr && ShutdownReason is not ClrExitReason) Environment.Exit(0);
        return Done.Instance;
    }

    /// <summary>Runs it when the process is asked to end (SIGTERM) or ends, which waits for it.</summary>
    private void HookProcessExit()
    {
        EventHandler onExit = (_, _) => RunAndWait();
        AppDomain.CurrentDomain.ProcessExit += onExit;
        var onTerm = System.Settings.Setup.Get<HostedSetup>().HasValue ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            RunAndWait();
            Environment.Exit(143); // 128 + SIGTERM, as a shell reports a process that ended by it
        });
        System.WhenTerminated.ContinueWith(
            _ =>
            {
                AppDomain.CurrentDomain.ProcessExit -= onExit;
                onTerm?.Dispose();
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        void RunAndWait()
        {
            if (System.WhenTerminated.IsCompleted) return;
            if (!Run(ClrExitReason.Instance).ContinueWith(_ => { }, TaskScheduler.Default).Wait(TotalTimeout))
                System.Log.Warning("the coordinated shutdown at the end of the process took more than {0}", TotalTimeout);
        }
    }

    private sealed record Phase(string[] DependsOn, TimeSpan Timeout, bool Recover, bool Enabled);

    /// <summary>Why a system ends. Programs derive their own.</summary>
    public class Reason
    {
        /// <summary>For derived reasons.</summary>
        protected Reason()
        {
        }
    }

    /// <summary>Nobody says why.</summary>
    public sealed class UnknownReason : Reason
    {
        /// <summary>The only instance.</summary>
        public static readonly Reason Instance = new UnknownReason();
    }

    /// <summary><see cref="ActorSystem.Terminate"/> was called.</summary>
    public sealed class ActorSystemTerminateReason : Reason
    {
        /// <summary>The only instance.</summary>
        public static readonly Reason Instance = new ActorSystemTerminateReason();
    }

    /// <summary>The process ends.</summary>
    public sealed class ClrExitReason : Reason
    {
        /// <summary>The only instance.</summary>
        public static readonly Reason Instance = new ClrExitReason();
    }

    /// <summary>The cluster has declared this member dead.</summary>
    public sealed class ClusterDowningReason : Reason
    {
        /// <summary>The only instance.</summary>
        public static readonly Reason Instance = new ClusterDowningReason();
    }

    /// <summary>This member has left the cluster.</summary>
    public sealed class ClusterLeavingReason : Reason
    {
        /// <summary>The only instance.</summary>
        public static readonly Reason Instance = new ClusterLeavingReason();
    }

    /// <summary>The cluster could not be joined.</summary>
    public sealed class ClusterJoinUnsuccessfulReason : Reason
    {
        /// <summary>The only instance.</summary>
        public static readonly Reason Instance = new ClusterJoinUnsuccessfulReason();
    }
}

/// <summary>Makes a system's <see cref="CoordinatedShutdown"/>.</summary>
public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    /// <inheritdoc/>
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system) => new(system);
}
