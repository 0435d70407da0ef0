using System.Collections.Concurrent;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Makes a system's handles and finds them by their paths.</summary>
public interface IActorRefProvider
{
    /// <summary>The actor above all others.</summary>
    IInternalActorRef RootGuardian { get; }

    /// <summary>The supervisor of the actors below <c>/user</c>.</summary>
    LocalActorRef Guardian { get; }

    /// <summary>The supervisor of the actors below <c>/system</c>.</summary>
    LocalActorRef SystemGuardian { get; }

    /// <summary>Where messages go that reach nobody.</summary>
    IActorRef DeadLetters { get; }

    /// <summary>The path above all others, with the address that the system has for itself.</summary>
    ActorPath RootPath { get; }

    /// <summary>The system's settings.</summary>
    Settings Settings { get; }

    /// <summary>Where the handles are that answers go to.</summary>
    IInternalActorRef TempContainer { get; }

    /// <summary>Done when the last actor has ended.</summary>
    Task TerminationTask { get; }

    /// <summary>The address under which other processes know the system; its own one where they do not.</summary>
    Address DefaultAddress { get; }

    /// <summary>Starts the guardians.</summary>
    void Init(ActorSystemImpl system);

    /// <summary>The root of a system that has an address; dead letters where it cannot be reached.</summary>
    IActorRef RootGuardianAt(Address address);

    /// <summary>The handle of a path with its address and, if it has one, its uid.</summary>
    IActorRef ResolveActorRef(string path);

    /// <inheritdoc cref="ResolveActorRef(string)"/>
    IActorRef ResolveActorRef(ActorPath actorPath);

    /// <summary>The address of this system that another one can reach, or null.</summary>
    Address? GetExternalAddressFor(Address address);

    /// <summary>A path that nobody has, below <c>/temp</c>.</summary>
    ActorPath TempPath();

    /// <summary>Makes a handle known by its path below <c>/temp</c>.</summary>
    void RegisterTempActor(IInternalActorRef actorRef, ActorPath path);

    /// <summary>Forgets a path below <c>/temp</c>.</summary>
    void UnregisterTempActor(ActorPath path);

    internal IInternalActorRef? ExtraChild(string name);

    internal void DeadLetter(object message, IActorRef? sender, IActorRef recipient);

    internal IInternalActorRef Missing(ActorPath path);
}

/// <summary>The handles of one process. Remoting derives from it and adds those of others.</summary>
public class LocalActorRefProvider : IActorRefProvider
{
    private readonly ConcurrentDictionary<string, IInternalActorRef> _extraNames = new();
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeadLetterActorRef _deadLetters;
    private readonly ActorPath _temp;
    private LocalActorRef? _root;
    private LocalActorRef? _user;
    private LocalActorRef? _system;
    private VirtualPathContainer? _tempContainer;
    private long _temps;

    /// <summary>The provider of a system.</summary>
    public LocalActorRefProvider(string systemName, Settings settings, EventStream eventStream)
    {
        Settings = settings;
        EventStream = eventStream;
        RootPath = new RootActorPath(new Address("akka", systemName));
        _temp = RootPath / "temp";
        _deadLetters = new DeadLetterActorRef(this, RootPath / "deadLetters", eventStream);
        _extraNames["deadLetters"] = _deadLetters;
    }

    /// <inheritdoc/>
    public IInternalActorRef RootGuardian => _root!;

    /// <inheritdoc/>
    public LocalActorRef Guardian => _user!;

    /// <inheritdoc/>
    public LocalActorRef SystemGuardian => _system!;

    /// <inheritdoc/>
    public IActorRef DeadLetters => _deadLetters;

    /// <inheritdoc/>
    public ActorPath RootPath { get; }

    /// <inheritdoc/>
    public Settings Settings { get; }

    /// <inheritdoc/>
    public IInternalActorRef TempContainer => _tempContainer!;

    /// <inheritdoc/>
    public Task TerminationTask => _terminated.Task;

    /// <inheritdoc/>
    public virtual Address DefaultAddress => RootPath.Address;

    /// <summary>The system's notice board.</summary>
    internal EventStream EventStream { get; }

    /// <summary>The system, once it is started.</summary>
    internal ActorSystemImpl? System { get; private set; }

    /// <inheritdoc/>
    public virtual void Init(ActorSystemImpl system)
    {
        System = system;
        _root = new LocalActorRef(system, GuardianProps(SupervisorStrategy.StoppingStrategy), new RootSupervisor(this), RootPath);
        _tempContainer = new VirtualPathContainer(this, _temp, _root);
        _extraNames["temp"] = _tempContainer;
        _root.Start();
        _user = (LocalActorRef)_root.Cell.AttachChild(GuardianProps(UserStrategy()), "user");
        _system = (LocalActorRef)_root.Cell.AttachChild(GuardianProps(SupervisorStrategy.DefaultStrategy), "system");
        _system.SendSystemMessage(new Watch(_user, _system));
        _root.SendSystemMessage(new Watch(_system, _root));
    }

    /// <inheritdoc/>
    public virtual IActorRef RootGuardianAt(Address address) => IsOwn(address) ? RootGuardian : DeadLetters;

    /// <inheritdoc/>
    public IActorRef ResolveActorRef(string path) => ActorPath.TryParse(path, out var parsed) ? ResolveActorRef(parsed!) : DeadLetters;

    /// <inheritdoc/>
    public virtual IActorRef ResolveActorRef(ActorPath actorPath) => IsOwn(actorPath.Address) ? ResolveLocal(actorPath) : DeadLetters;

    /// <inheritdoc/>
    public virtual Address? GetExternalAddressFor(Address address) => IsOwn(address) ? RootPath.Address : null;

    /// <inheritdoc/>
    public ActorPath TempPath() => _temp / ("$" + ActorCell.Base64(Interlocked.Increment(ref _temps)));

    /// <inheritdoc/>
    public void RegisterTempActor(IInternalActorRef actorRef, ActorPath path) => _tempContainer!.AddChild(path.Name, actorRef);

    /// <inheritdoc/>
    public void UnregisterTempActor(ActorPath path) => _tempContainer!.RemoveChild(path.Name);

    /// <summary>Makes a handle known directly below the root.</summary>
    internal void RegisterExtraName(string name, IInternalActorRef actor) => _extraNames[name] = actor;

    IInternalActorRef? IActorRefProvider.ExtraChild(string name) => _extraNames.GetValueOrDefault(name);

    void IActorRefProvider.DeadLetter(object message, IActorRef? sender, IActorRef recipient) => _deadLetters.Lost(message, sender, recipient);

    IInternalActorRef IActorRefProvider.Missing(ActorPath path) => Missing(path);

    /// <summary>The actor of this process at a path, and of its uid where the path has one.</summary>
    private protected IActorRef ResolveLocal(ActorPath path)
    {
        var found = RootGuardian.GetChild(path.Elements);
        return found.IsNobody() || (path.Uid != 0 && path.Uid != found.Path.Uid) ? Missing((RootPath / path.Elements).WithUid(path.Uid)) : found;
    }

    /// <summary>Whether an address is this system's.</summary>
    private protected virtual bool IsOwn(Address address) => address == RootPath.Address;

    private EmptyLocalActorRef Missing(ActorPath path) => new(this, path, EventStream);

    private static Props GuardianProps(SupervisorStrategy strategy) =>
        Props.Create<GuardianActor>().WithSupervisorStrategy(strategy).WithDispatcher(Dispatchers.InternalDispatcherId);

    private SupervisorStrategy UserStrategy()
    {
        const string Key = "akka.actor.guardian-supervisor-strategy";
        var name = Settings.Config.GetString(Key) ?? "";
        return name.Split(',')[0].Trim() switch
        {
            "Akka.Actor.DefaultSupervisorStrategy" => SupervisorStrategy.DefaultStrategy,
            "Akka.Actor.StoppingSupervisorStrategy" => SupervisorStrategy.StoppingStrategy,
            _ => throw new ConfigurationException(
                $"{Key} is \"{name}\"; the embedded engine has Akka.Actor.DefaultSupervisorStrategy and Akka.Actor.StoppingSupervisorStrategy"),
        };
    }

    /// <summary>What is above the root: hears of its end.</summary>
    private sealed class RootSupervisor(LocalActorRefProvider provider) : MinimalActorRef
    {
        public override ActorPath Path { get; } = provider.RootPath / "_Root-guardian-supervisor";

        public override IActorRefProvider Provider => provider;

        public override void SendSystemMessage(ISystemMessage message)
        {
            switch (message)
            {
                case Failed failed:
                    provider.System!.Log.Error(failed.Cause, "the root guardian failed; the system ends");
                    ((IInternalActorRef)failed.Child).Stop();
                    break;
                case DeathWatchNotification:
                    provider._terminated.TrySetResult();
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The root, <c>/user</c> and <c>/system</c>: each ends when the one that it watches has ended, so that a system ends in order.</summary>
    private sealed class GuardianActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Terminated:
                    Context.Stop(Self);
                    break;
                case StopChild stop:
                    Context.Stop(stop.Child);
                    break;
                default:
                    Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
                    break;
            }
        }

        protected override void PreRestart(Exception reason, object message)
        {
            // A guardian's children survive its restart.
        }
    }
}
