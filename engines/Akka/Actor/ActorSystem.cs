using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A tree of actors with what they share.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private int _disposed;

    /// <summary>What the configuration says.</summary>
    public abstract Settings Settings { get; }

    /// <summary>The name.</summary>
    public abstract string Name { get; }

    /// <summary>Makes bytes of messages.</summary>
    public abstract Serialization.Serialization Serialization { get; }

    /// <summary>The notice board.</summary>
    public abstract EventStream EventStream { get; }

    /// <summary>Where messages go that reach nobody.</summary>
    public abstract IActorRef DeadLetters { get; }

    /// <summary>What actors run on.</summary>
    public abstract Dispatchers Dispatchers { get; }

    /// <summary>The kinds of mailboxes.</summary>
    public abstract Mailboxes Mailboxes { get; }

    /// <summary>Sends messages later.</summary>
    public abstract IScheduler Scheduler { get; }

    /// <summary>The system's own log.</summary>
    public abstract ILoggingAdapter Log { get; }

    /// <summary>When it was made, since 1970 in UTC.</summary>
    public TimeSpan StartTime { get; } = DateTime.UtcNow - DateTime.UnixEpoch;

    /// <summary>Done when the system has ended.</summary>
    public abstract Task WhenTerminated { get; }

    /// <summary>A system with the default configuration.</summary>
    public static ActorSystem Create(string name) => Create(name, ActorSystemSetup.Empty);

    /// <summary>A system with a configuration over the defaults.</summary>
    public static ActorSystem Create(string name, Config config) => Create(name, BootstrapSetup.Create().WithConfig(config));

    /// <summary>A system with a setup.</summary>
    public static ActorSystem Create(string name, BootstrapSetup setup) => Create(name, ActorSystemSetup.Create(setup));

    /// <summary>A system with setups.</summary>
    /// <exception cref="ArgumentException">The name has other characters than letters, digits, - and _, or starts with - or _.</exception>
    public static ActorSystem Create(string name, ActorSystemSetup setup)
    {
        var config = setup.Get<BootstrapSetup>() is { HasValue: true, Value.Config: { HasValue: true, Value: var given } } ? given : Config.Empty;
        var system = new ActorSystemImpl(name, config, setup);
        system.Start();
        return system;
    }

    /// <inheritdoc/>
    public abstract IActorRef ActorOf(Props props, string? name = null);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(ActorPath actorPath);

    /// <inheritdoc/>
    public abstract ActorSelection ActorSelection(string actorPath);

    /// <summary>Stops an actor.</summary>
    public abstract void Stop(IActorRef actor);

    /// <summary>Runs an action when the system has ended.</summary>
    public abstract void RegisterOnTermination(Action code);

    /// <summary>Ends the system: through a coordinated shutdown, unless the configuration says otherwise.</summary>
    public abstract Task Terminate();

    /// <summary>The extension of an id, made where it is missing.</summary>
    public abstract object RegisterExtension(IExtensionId extension);

    /// <summary>The extension of an id; null where it has not been made.</summary>
    public abstract object GetExtension(IExtensionId extensionId);

    /// <summary>The extension of a type; null where it has not been made.</summary>
    public abstract T GetExtension<T>()
        where T : class, IExtension;

    /// <summary>Whether there is an extension of a type.</summary>
    public abstract bool HasExtension<T>()
        where T : class, IExtension;

    /// <summary>The extension of a type, if there is one.</summary>
    public abstract bool TryGetExtension<T>(out T? extension)
        where T : class, IExtension;

    /// <summary>Ends the system and waits for it.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Terminate().Wait();
    }

    internal abstract Task FinalTerminate();
}

/// <summary>A system as extensions see it.</summary>
public abstract class ExtendedActorSystem : ActorSystem
{
    /// <summary>Makes and finds handles.</summary>
    public abstract IActorRefProvider Provider { get; }

    /// <summary>The supervisor of the actors below <c>/user</c>.</summary>
    public abstract IInternalActorRef Guardian { get; }

    /// <summary>The supervisor of the actors below <c>/system</c>.</summary>
    public abstract IInternalActorRef SystemGuardian { get; }

    /// <summary>Makes an actor below <c>/system</c>.</summary>
    public abstract IActorRef SystemActorOf(Props props, string? name = null);
}
