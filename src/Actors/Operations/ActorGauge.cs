using System.Globalization;
using Akka.Actor;

namespace ActorRlhf.Actors.Operations;

/// <summary>
/// How an actor is, from outside: what it receives, how often it was started again, and why. It outlives the actor, so that one which is started again after a failure, by
/// its supervisor or under the same path, has one history. May be read from any thread.
/// </summary>
public sealed class ActorGauge
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly RecentSum _received;
    private IActorRef _actor;
    private ActorState _state;
    private string? _lastFailure;
    private DateTimeOffset? _lastFailureAt;
    private DateTimeOffset? _stoppedAt;
    private bool _hasFailed; // since it was started last
    private int _restarts;
    private long _messages;

    internal ActorGauge(IActorRef actor, string type, TimeProvider clock) => (_actor, Type, _clock, _received) = (actor, type, clock, new RecentSum(clock));

    /// <summary>The actor's class.</summary>
    public string Type { get; }

    /// <summary>Its path in its actor system, such as <c>/user/rollout</c>.</summary>
    public string Path => Actor.Path.ToStringWithoutAddress();

    /// <summary>The actor.</summary>
    public IActorRef Actor
    {
        get
        {
            lock (_lock) return _actor;
        }
    }

    /// <summary>Where it is in its life.</summary>
    public ActorState State
    {
        get
        {
            lock (_lock) return HasEnded ? ActorState.Stopped : _state;
        }
    }

    /// <summary>Messages that wait for it.</summary>
    public int Mailbox => State != ActorState.Stopped && Actor is ActorRefWithCell { Underlying: { } cell } ? cell.NumberOfMessages : 0;

    /// <summary>Messages it has received since it was first started; what a persistent actor hears from its journal is among them.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Messages a second, lately.</summary>
    public double MessagesPerSecond => _received.PerSecond;

    /// <summary>How often it was started again after a failure.</summary>
    public int Restarts
    {
        get
        {
            lock (_lock) return _restarts;
        }
    }

    /// <summary>Its last failure and when that was; nulls where there was none.</summary>
    public (string? Cause, DateTimeOffset? At) LastFailure
    {
        get
        {
            lock (_lock) return (_lastFailure, _lastFailureAt);
        }
    }

    /// <summary>It has failed, in a way that it sees to itself: it stops, or waits.</summary>
    public void Failed(Exception cause)
    {
        lock (_lock)
        {
            _hasFailed = true;
            _lastFailure = cause is AggregateException { InnerExceptions: [var only] } ? Say(only) : Say(cause);
            _lastFailureAt = _clock.GetUtcNow();
        }
    }

    /// <summary>Whether there is still something to tell of it: it runs, or has ended lately because of a failure.</summary>
    /// <param name="memory">What lately is.</param>
    internal bool IsOfInterest(TimeSpan memory)
    {
        lock (_lock) return !HasEnded || (_hasFailed && _clock.GetUtcNow() - (_stoppedAt ?? _lastFailureAt) < memory);
    }

    internal void Open(IActorRef actor)
    {
        lock (_lock)
        {
            if (_actor.Equals(actor)) return; // it restarts
            if (_hasFailed) _restarts++;
            (_actor, _state, _hasFailed) = (actor, ActorState.Starting, false);
        }
    }

    internal void Received()
    {
        Interlocked.Increment(ref _messages);
        _received.Add(1);
    }

    internal void Enter(ActorState state)
    {
        lock (_lock)
        {
            _state = state;
            if (state == ActorState.Stopped) _stoppedAt = _clock.GetUtcNow();
        }
    }

    internal void Start(Action start)
    {
        try
        {
            start();
        }
        catch (Exception e)
        {
            Failed(e);
            throw;
        }
    }

    internal void Restart(Exception cause)
    {
        Failed(cause);
        lock (_lock)
        {
            _restarts++;
            _state = ActorState.Restarting;
        }
    }

    // One whose construction has failed does not get as far as to say that it stops.
    private bool HasEnded => _state == ActorState.Stopped || _actor is ActorRefWithCell { Underlying.IsTerminated: true };

    private static string Say(Exception cause) => string.Create(CultureInfo.InvariantCulture, $"{cause.GetType().Name}: {cause.Message.ReplaceLineEndings(" ")}");
}
