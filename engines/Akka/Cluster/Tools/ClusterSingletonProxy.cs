using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>Passes messages on to a singleton, wherever it runs; what comes while it runs nowhere waits.</summary>
public sealed class ClusterSingletonProxy : UntypedActor, IWithTimers
{
    private readonly string[] _path;
    private readonly ClusterSingletonProxySettings _settings;
    private readonly Membership _membership = Cluster.Get(Context.System).Membership;
    private readonly Queue<(object Message, IActorRef Sender)> _waiting = new();
    private IActorRef? _singleton;

    internal ClusterSingletonProxy(string singletonManagerPath, ClusterSingletonProxySettings settings)
    {
        _settings = settings;
        _path = [.. singletonManagerPath.Split('/', StringSplitOptions.RemoveEmptyEntries), settings.SingletonName];
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>A proxy.</summary>
    /// <param name="singletonManagerPath">The manager's path without an address, such as <c>/user/learner</c>.</param>
    /// <param name="settings">What the singleton is called.</param>
    public static Props Props(string singletonManagerPath, ClusterSingletonProxySettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonProxy(singletonManagerPath, settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<View>(Self);
        Timers.StartPeriodicTimer(Look.Instance, Look.Instance, TimeSpan.Zero, _settings.SingletonIdentificationInterval);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case View or Look:
                if (_singleton is null) Identify();
                break;
            case ActorIdentity identity when identity.MessageId is string id && id == Self.Path.ToString():
                if (identity.Subject is { } found && _singleton is null) Found(found);
                break;
            case Terminated ended:
                if (!ended.ActorRef.Equals(_singleton)) break;
                _singleton = null;
                Identify();
                break;
            case var any when _singleton is not null:
                _singleton.Forward(any);
                break;
            default:
                Keep(message);
                break;
        }
    }

    // Whoever has it answers; the others have no actor of that name.
    private void Identify()
    {
        foreach (var node in _membership.View.Nodes.Where(node => node.HasRole(_settings.Role)))
            ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(new RootActorPath(node.Member.Address) / _path).Tell(new Identify(Self.Path.ToString()));
    }

    private void Found(IActorRef found)
    {
        _singleton = Context.Watch(found);
        while (_waiting.TryDequeue(out var item)) _singleton.Tell(item.Message, item.Sender);
    }

    private void Keep(object message)
    {
        _waiting.Enqueue((message, Sender));
        if (_waiting.Count <= _settings.BufferSize) return;
        var (lost, from) = _waiting.Dequeue();
        Context.System.DeadLetters.Tell(new DeadLetter(lost, from, Self), from);
    }

    private sealed class Look
    {
        public static readonly Look Instance = new();
    }
}
