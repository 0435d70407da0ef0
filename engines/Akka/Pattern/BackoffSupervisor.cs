using Akka.Actor;

namespace Akka.Pattern;

/// <summary>
/// Keeps one child going: when it ends it is made again after a pause, which doubles each time it ends again before it has lasted as long as the
/// shortest pause. What it is sent goes to the child; while there is none, to dead letters.
/// </summary>
public sealed class BackoffSupervisor : UntypedActor
{
    private readonly Props _childProps;
    private readonly string _childName;
    private readonly TimeSpan _minBackoff;
    private readonly TimeSpan _maxBackoff;
    private readonly double _randomFactor;
    private readonly SupervisorStrategy _strategy;
    private readonly Func<object, bool>? _isFinalStopMessage;
    private IActorRef? _child;
    private int _restarts;
    private bool _isFinal;

    internal BackoffSupervisor(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, SupervisorStrategy strategy,
        Func<object, bool>? isFinalStopMessage)
    {
        _childProps = childProps;
        _childName = childName;
        _minBackoff = minBackoff;
        _maxBackoff = maxBackoff;
        _randomFactor = randomFactor;
        _strategy = strategy;
        _isFinalStopMessage = isFinalStopMessage;
    }

    /// <summary>Props of a supervisor that makes its child again without end.</summary>
    /// <param name="childProps">The child.</param>
    /// <param name="childName">Its name.</param>
    /// <param name="minBackoff">The shortest pause.</param>
    /// <param name="maxBackoff">The longest.</param>
    /// <param name="randomFactor">By how much of itself a pause may be longer, so that not all come back at once.</param>
    public static Props Props(Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor) =>
        PropsWithSupervisorStrategy(childProps, childName, minBackoff, maxBackoff, randomFactor, Actor.SupervisorStrategy.DefaultStrategy);

    /// <summary>Props of a supervisor that makes its child again so often and then ends.</summary>
    /// <inheritdoc cref="Props(Props, string, TimeSpan, TimeSpan, double)"/>
    public static Props Props(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, int maxNrOfRetries) =>
        PropsWithSupervisorStrategy(
            childProps, childName, minBackoff, maxBackoff, randomFactor,
            new OneForOneStrategy(maxNrOfRetries, null, Actor.SupervisorStrategy.DefaultDecider));

    /// <summary>Props of a supervisor with options.</summary>
    /// <exception cref="ArgumentException">They cannot be.</exception>
    public static Props Props(BackoffOptions options) => options.Props;

    /// <summary>Props of a supervisor with a strategy for its child's failures.</summary>
    /// <inheritdoc cref="Props(Props, string, TimeSpan, TimeSpan, double)"/>
    public static Props PropsWithSupervisorStrategy(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, SupervisorStrategy strategy) =>
        Props(childProps, childName, minBackoff, maxBackoff, randomFactor, strategy, null);

    internal static Props Props(
        Props childProps, string childName, TimeSpan minBackoff, TimeSpan maxBackoff, double randomFactor, SupervisorStrategy strategy,
        Func<object, bool>? isFinalStopMessage)
    {
        if (minBackoff <= TimeSpan.Zero || maxBackoff < minBackoff)
            throw new ArgumentException($"pauses from {minBackoff} to {maxBackoff} are not possible; the shortest must be positive and not above the longest");
        return Actor.Props.CreateBy(new Producer(
            () => new BackoffSupervisor(childProps, childName, minBackoff, maxBackoff, randomFactor, strategy, isFinalStopMessage)));
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => _strategy;

    /// <inheritdoc/>
    protected override void PreStart() => StartChild();

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Terminated terminated when terminated.ActorRef.Equals(_child):
                ChildEnded();
                break;
            case StartAgain:
                StartChild();
                Context.System.Scheduler.ScheduleTellOnce(_minBackoff, Self, new Lasted(_restarts), Self);
                break;
            case Lasted lasted:
                if (lasted.Restarts == _restarts) _restarts = 0;
                break;
            case GetCurrentChild:
                Sender.Tell(new CurrentChild(_child ?? ActorRefs.Nobody));
                break;
            default:
                Pass(message);
                break;
        }
    }

    private void Pass(object message)
    {
        if (_child is not null && _child.Equals(Sender))
        {
            Context.Parent.Tell(message);
            return;
        }

        (_child ?? Context.System.DeadLetters).Forward(message);
        _isFinal |= _isFinalStopMessage?.Invoke(message) ?? false;
        if (_isFinal && _child is null) Context.Stop(Self);
    }

    private void StartChild() => _child ??= Context.Watch(Context.ActorOf(_childProps, _childName));

    private void ChildEnded()
    {
        _child = null;
        if (_isFinal || (_strategy.MaxNumberOfRetries >= 0 && _restarts >= _strategy.MaxNumberOfRetries))
        {
            Context.Stop(Self);
            return;
        }

        var pause = Math.Min(_maxBackoff.Ticks, _minBackoff.Ticks * Math.Pow(2, _restarts)) * (1 + (Random.Shared.NextDouble() * _randomFactor));
        _restarts++;
        Context.System.Scheduler.ScheduleTellOnce(TimeSpan.FromTicks((long)pause), Self, StartAgain.Instance, Self);
    }

    /// <summary>Asks for the child; answered with <see cref="CurrentChild"/>.</summary>
    public sealed class GetCurrentChild
    {
        /// <summary>The only instance.</summary>
        public static readonly GetCurrentChild Instance = new();
    }

    /// <summary>The child, or <see cref="ActorRefs.Nobody"/> during a pause.</summary>
    public sealed class CurrentChild(IActorRef @ref)
    {
        /// <summary>The child.</summary>
        public IActorRef Ref => @ref;
    }

    private sealed class StartAgain : INoSerializationVerificationNeeded, Event.IDeadLetterSuppression
    {
        public static readonly StartAgain Instance = new();
    }

    private sealed record Lasted(int Restarts) : INoSerializationVerificationNeeded, Event.IDeadLetterSuppression;

    private sealed class Producer(Func<BackoffSupervisor> produce) : IIndirectActorProducer
    {
        public Type ActorType => typeof(BackoffSupervisor);

        public ActorBase Produce() => produce();

        public void Release(ActorBase actor)
        {
        }
    }
}
