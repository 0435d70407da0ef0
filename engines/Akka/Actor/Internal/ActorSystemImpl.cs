using System.Collections.Concurrent;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor.Internal;

/// <summary>The one kind of system there is.</summary>
public sealed class ActorSystemImpl : ExtendedActorSystem
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _extensions = new();
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentStack<Action> _terminationCallbacks = new();
    private readonly TimerQueueScheduler _scheduler;
    private readonly Loggers _loggers;
    private int _terminating;

    internal ActorSystemImpl(string name, Config config, ActorSystemSetup setup)
    {
        if (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new ArgumentException($"invalid ActorSystem name [{name}], must contain only word characters (i.e. [a-zA-Z0-9] plus non-leading '-' or '_')", nameof(name));
        Name = name;
        Settings = new Settings(this, config, setup);
        EventStream = new EventStream();
        EventStream.SetLogLevel(Logging.LogLevelFor(Settings.LogLevel));
        _loggers = new Loggers(this);
        _loggers.StartStandardOut();
        Log = Logging.GetLogger(EventStream, $"ActorSystem({name})");
        _scheduler = new TimerQueueScheduler(() => Log);
        Dispatchers = new Dispatchers(Settings);
        Mailboxes = new Mailboxes(Settings);
        Provider = ProviderOf(Settings);
        Serialization = new Serialization.Serialization(this);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Settings Settings { get; }

    /// <inheritdoc/>
    public override EventStream EventStream { get; }

    /// <inheritdoc/>
    public override ILoggingAdapter Log { get; }

    /// <inheritdoc/>
    public override IScheduler Scheduler => _scheduler;

    /// <inheritdoc/>
    public override Dispatchers Dispatchers { get; }

    /// <inheritdoc/>
    public override Mailboxes Mailboxes { get; }

    /// <inheritdoc/>
    public override Serialization.Serialization Serialization { get; }

    /// <inheritdoc/>
    public override IActorRefProvider Provider { get; }

    /// <inheritdoc/>
    public override IActorRef DeadLetters => Provider.DeadLetters;

    /// <inheritdoc/>
    public override IInternalActorRef Guardian => Provider.Guardian;

    /// <inheritdoc/>
    public override IInternalActorRef SystemGuardian => Provider.SystemGuardian;

    /// <inheritdoc/>
    public override Task WhenTerminated => _terminated.Task;

    internal bool IsTerminating => Volatile.Read(ref _terminating) != 0;

    /// <inheritdoc/>
    public override IActorRef ActorOf(Props props, string? name = null) => Provider.Guardian.Cell.ActorOf(props, name);

    /// <inheritdoc/>
    public override IActorRef SystemActorOf(Props props, string? name = null) => Provider.SystemGuardian.Cell.ActorOf(props, name);

    /// <inheritdoc/>
    public override ActorSelection ActorSelection(ActorPath actorPath) => new(Provider.RootGuardianAt(actorPath.Address), [.. actorPath.Elements]);

    /// <inheritdoc/>
    public override ActorSelection ActorSelection(string actorPath) => Select(actorPath, Provider.Guardian);

    /// <inheritdoc/>
    public override void Stop(IActorRef actor)
    {
        var parent = ((IInternalActorRef)actor).Parent;
        if (parent is LocalActorRef supervisor && (supervisor.Equals(Guardian) || supervisor.Equals(SystemGuardian))) supervisor.Tell(new StopChild(actor));
        else ((IInternalActorRef)actor).Stop();
    }

    /// <inheritdoc/>
    public override object RegisterExtension(IExtensionId extension) => _extensions.GetOrAdd(
        extension.ExtensionType, static (_, made) => new Lazy<object>(() => made.Id.CreateExtension(made.System)), (Id: extension, System: this)).Value;

    /// <inheritdoc/>
    public override object GetExtension(IExtensionId extensionId) =>
        _extensions.TryGetValue(extensionId.ExtensionType, out var extension) ? extension.Value : null!;

    /// <inheritdoc/>
    public override T GetExtension<T>() => TryGetExtension<T>(out var extension) ? extension! : null!;

    /// <inheritdoc/>
    public override bool HasExtension<T>() => _extensions.ContainsKey(typeof(T));

    /// <inheritdoc/>
    public override bool TryGetExtension<T>(out T? extension)
        where T : class
    {
        extension = _extensions.TryGetValue(typeof(T), out var made) ? (T)made.Value : null;
        return extension is not null;
    }

    /// <inheritdoc/>
    public override void RegisterOnTermination(Action code)
    {
        if (WhenTerminated.IsCompleted) throw new InvalidOperationException($"the actor system {Name} has ended and runs no action any more");
        _terminationCallbacks.Push(code);
    }

    /// <inheritdoc/>
    public override Task Terminate()
    {
        if (Settings.CoordinatedShutdownRunByActorSystemTerminate)
            CoordinatedShutdown.Get(this).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
        else
            FinalTerminate();
        return WhenTerminated;
    }

    /// <inheritdoc/>
    public override string ToString() => Provider.RootPath.Root.Address.ToString();

    internal override Task FinalTerminate()
    {
        if (Interlocked.Exchange(ref _terminating, 1) == 0) Provider.Guardian.Stop();
        return WhenTerminated;
    }

    internal void Start()
    {
        Provider.TerminationTask.ContinueWith(_ => Ended(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            Provider.Init(this);
            _loggers.Start();
            if (Settings.LogDeadLetters > 0) SystemActorOf(Props.Create<DeadLetterListener>(), "deadLetterListener");
            CoordinatedShutdown.Get(this);
            foreach (var name in Settings.Config.GetStringList("akka.extensions"))
                RegisterExtension(TypeNames.Construct<IExtensionId>(name!, "akka.extensions"));
        }
        catch
        {
            if (Provider.Guardian is not null) FinalTerminate();
            throw;
        }
    }

    /// <summary>A selection by a path that is absolute, has an address, or is relative to an actor.</summary>
    internal ActorSelection Select(string path, IActorRef relativeTo)
    {
        if (ActorPath.TryParse(path, out var absolute)) return ActorSelection(absolute!);
        return path.StartsWith('/') ? new ActorSelection(Provider.RootGuardian, path) : new ActorSelection(relativeTo, path);
    }

    private static IActorRefProvider ProviderOf(Settings settings)
    {
        var name = settings.ProviderClass switch
        {
            "local" => typeof(LocalActorRefProvider).FullName!,
            "remote" => "Akka.Remote.RemoteActorRefProvider",
            "cluster" => "Akka.Cluster.ClusterActorRefProvider",
            var other => other,
        };
        return TypeNames.Construct<IActorRefProvider>(name, "akka.actor.provider", settings.System.Name, settings, settings.System.EventStream);
    }

    private void Ended()
    {
        while (_terminationCallbacks.TryPop(out var callback))
        {
            try
            {
                callback();
            }
            catch (Exception e)
            {
                Log.Error(e, "an action of RegisterOnTermination failed");
            }
        }

        _scheduler.Stop();
        Dispatchers.Shutdown();
        _terminated.TrySetResult();
    }
}

/// <summary>Asks a guardian to stop one of its actors, so that the guardian knows that it is stopping.</summary>
internal sealed record StopChild(IActorRef Child);
