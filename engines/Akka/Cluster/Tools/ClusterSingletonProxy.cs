using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>Passes messages on to a singleton, wherever it runs; what comes while it runs nowhere waits.</summary>
public sealed class ClusterSingletonProxy : UntypedActor, IWithTimers
{
    private readonly string[] path;
    private readonly ClusterSingletonProxySettings settings;
    private readonly Membership membership = Cluster.Get(Context.System).Membership;
    private readonly Queue<(object Message, IActorRef Sender)> waiting = new();
    private IActorRef? singleton;

    internal ClusterSingletonProxy(string singletonManagerPath, ClusterSingletonProxySettings settings)
    {
        this.settings = settings;
        path = [.. singletonManagerPath.Split('/', StringSplitOptions.RemoveEmptyEntries), settings.SingletonName];
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The defaults of <c>akka.cluster.singleton-proxy</c>.</summary>
    public static Config DefaultConfig() => ClusterSingletonManager.DefaultConfig();

    /// <summary>A proxy.</summary>
    /// <param name="singletonManagerPath">The manager's path without an address, such as <c>/user/learner</c>.</param>
    /// <param name="settings">What the singleton is called.</param>
    public static Props Props(string singletonManagerPath, ClusterSingletonProxySettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonProxy(singletonManagerPath, settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<View>(Self);
        Timers.StartPeriodicTimer(Look.Instance, Look.Instance, TimeSpan.Zero, settings.SingletonIdentificationInterval);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case View or Look:
                if (singleton is null) Identify();
                break;
            case ActorIdentity identity when identity.MessageId is string id && id == Self.Path.ToString():
                if (identity.Subject is { } found && singleton is null) Found(found);
                break;
            case Terminated ended:
                if (!ended.ActorRef.Equals(singleton)) break;
                singleton = null;
                Identify();
                break;
            case var any when singleton is not null:
                singleton.Forward(any);
                break;
            default:
                Keep(message);
                break;
        }
    }

    // Whoever has it answers; the others have no actor of that name.
    private void Identify()
    {
        foreach (var node in membership.View.Nodes.Where(node => node.HasRole(settings.Role)))
            ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(new RootActorPath(node.Member.Address) / path).Tell(new Identify(Self.Path.ToString()));
    }

    private void Found(IActorRef found)
    {
        singleton = Context.Watch(found);
        while (waiting.TryDequeue(out var item)) singleton.Tell(item.Message, item.Sender);
    }

    private void Keep(object message)
    {
        waiting.Enqueue((message, Sender));
        if (waiting.Count <= settings.BufferSize) return;
        var (lost, from) = waiting.Dequeue();
        Context.System.DeadLetters.Tell(new DeadLetter(lost, from, Self), from);
    }

    private sealed class Look
    {
        public static readonly Look Instance = new();
    }
}
