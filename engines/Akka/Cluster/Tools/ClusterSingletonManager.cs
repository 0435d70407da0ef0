using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Cluster.Tools.Singleton;

/// <summary>
/// Runs an actor on the oldest member that has a role, and on no other: started on every such member under the same name, each tries to get the
/// singleton's lease when it is the oldest, and starts the actor once it has it. One that leaves stops its actor before it gives the lease up.
/// </summary>
public sealed class ClusterSingletonManager : UntypedActor, IWithTimers
{
    private readonly Props singletonProps;
    private readonly object terminationMessage;
    private readonly ClusterSingletonManagerSettings settings;
    private readonly Membership membership;
    private readonly ILoggingAdapter log = Context.GetLogger();
    private readonly string lease, path;
    private readonly TaskCompletionSource handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IActorRef? singleton;
    private bool holds, asks, leaves;

    internal ClusterSingletonManager(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings)
    {
        (this.singletonProps, this.terminationMessage, this.settings) = (singletonProps, terminationMessage, settings);
        membership = Cluster.Get(Context.System).Membership;
        path = $"{Self.Path.ToStringWithoutAddress()}/{settings.SingletonName}";
        lease = $"singleton{path}";
        var self = Self;
        CoordinatedShutdown.Get(Context.System).AddTask(CoordinatedShutdown.PhaseClusterExiting, $"hand over {path}", async () =>
        {
            self.Tell(Step.Leave, ActorRefs.NoSender);
            await handedOver.Task.ConfigureAwait(false);
            return Done.Instance;
        });
    }

    private enum Step
    {
        Retry,
        Leave,
        Acquired,
        NotAcquired,
        Released,
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The defaults of <c>akka.cluster.singleton</c>.</summary>
    public static Config DefaultConfig() => ConfigurationFactory.FromResource("Cluster/reference.conf");

    /// <summary>A manager whose actor is stopped by <see cref="PoisonPill"/>.</summary>
    public static Props Props(Props singletonProps, ClusterSingletonManagerSettings settings) => Props(singletonProps, PoisonPill.Instance, settings);

    /// <summary>A manager.</summary>
    /// <param name="singletonProps">The actor that there is to be one of.</param>
    /// <param name="terminationMessage">What it is sent when it is to stop, which it then must.</param>
    /// <param name="settings">Where it may run and what it is called.</param>
    public static Props Props(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings) =>
        Actor.Props.Create(() => new ClusterSingletonManager(singletonProps, terminationMessage, settings));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<View>(Self);
        Try();
    }

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren()) Context.Stop(Context.Unwatch(child)); // the lease stays with this process
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _ = membership.Release(path); // the singleton has ended
        handedOver.TrySetResult();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case View or Step.Retry:
                Try();
                break;
            case Step.Acquired:
                (asks, holds) = (false, true);
                log.Info("{0} has the lease {1}", membership.Owner, lease);
                if (leaves)
                {
                    Release();
                    break;
                }

                singleton = Context.Watch(Context.ActorOf(singletonProps, settings.SingletonName));
                break;
            case Step.NotAcquired:
                asks = false;
                if (leaves) handedOver.TrySetResult();
                else Timers.StartSingleTimer(Step.Retry, Step.Retry, settings.HandOverRetryInterval);
                break;
            case Step.Leave:
                leaves = true;
                if (singleton is not null) singleton.Tell(terminationMessage);
                else if (holds) Release();
                else if (!asks) handedOver.TrySetResult();
                break;
            case Terminated:
                singleton = null;
                if (leaves) Release();
                else log.Info("The singleton {0} has stopped by itself", path);
                break;
            case Step.Released:
                handedOver.TrySetResult();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Try()
    {
        if (holds || asks || leaves || membership.View.Oldest(settings.Role)?.Owner != membership.Owner) return;
        asks = true;
        _ = membership.Acquire(lease, path).PipeTo(Self, success: acquired => acquired ? Step.Acquired : Step.NotAcquired, failure: failure =>
        {
            log.Warning("The lease {0} cannot be asked for: {1}", lease, failure.Message);
            return Step.NotAcquired;
        });
    }

    private void Release()
    {
        holds = false;
        _ = membership.Release(path).PipeTo(Self, success: () => Step.Released, failure: _ => Step.Released);
    }
}
