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
    private readonly Props _singletonProps;
    private readonly object _terminationMessage;
    private readonly ClusterSingletonManagerSettings _settings;
    private readonly Membership _membership;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _lease, _path;
    private readonly TaskCompletionSource _handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IActorRef? _singleton;
    private bool _holds, _asks, _leaves;

    internal ClusterSingletonManager(Props singletonProps, object terminationMessage, ClusterSingletonManagerSettings settings)
    {
        (_singletonProps, _terminationMessage, _settings) = (singletonProps, terminationMessage, settings);
        _membership = Cluster.Get(Context.System).Membership;
        _path = $"{Self.Path.ToStringWithoutAddress()}/{settings.SingletonName}";
        _lease = $"singleton{_path}";
        var self = Self;
        CoordinatedShutdown.Get(Context.System).AddTask(CoordinatedShutdown.PhaseClusterExiting, $"hand over {_path}", async () =>
        {
            self.Tell(Step.Leave, ActorRefs.NoSender);
            await _handedOver.Task.ConfigureAwait(false);
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
        _ = _membership.Release(_path); // the singleton has ended
        _handedOver.TrySetResult();
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
                (_asks, _holds) = (false, true);
                _log.Info("{0} has the lease {1}", _membership.Owner, _lease);
                if (_leaves)
                {
                    Release();
                    break;
                }

                _singleton = Context.Watch(Context.ActorOf(_singletonProps, _settings.SingletonName));
                break;
            case Step.NotAcquired:
                _asks = false;
                if (_leaves) _handedOver.TrySetResult();
                else Timers.StartSingleTimer(Step.Retry, Step.Retry, _settings.HandOverRetryInterval);
                break;
            case Step.Leave:
                _leaves = true;
                if (_singleton is not null) _singleton.Tell(_terminationMessage);
                else if (_holds) Release();
                else if (!_asks) _handedOver.TrySetResult();
                break;
            case Terminated:
                _singleton = null;
                if (_leaves) Release();
                else _log.Info("The singleton {0} has stopped by itself", _path);
                break;
            case Step.Released:
                _handedOver.TrySetResult();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Try()
    {
        if (_holds || _asks || _leaves || _membership.View.Oldest(_settings.Role)?.Owner != _membership.Owner) return;
        _asks = true;
        _ = _membership.Acquire(_lease, _path).PipeTo(Self, success: acquired => acquired ? Step.Acquired : Step.NotAcquired, failure: failure =>
        {
            _log.Warning("The lease {0} cannot be asked for: {1}", _lease, failure.Message);
            return Step.NotAcquired;
        });
    }

    private void Release()
    {
        _holds = false;
        _ = _membership.Release(_path).PipeTo(Self, success: () => Step.Released, failure: _ => Step.Released);
    }
}
