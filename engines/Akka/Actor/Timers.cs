namespace Akka.Actor;

/// <summary>An actor that the engine gives timers.</summary>
public interface IWithTimers
{
    /// <summary>Set by the engine before the actor's constructor runs.</summary>
    ITimerScheduler Timers { get; set; }
}

/// <summary>
/// Timers of one instance of an actor, each with a key. They end with the instance, and what a cancelled or replaced timer has sent already is not
/// received.
/// </summary>
public interface ITimerScheduler
{
    /// <summary>The keys of the timers that run.</summary>
    IReadOnlyCollection<object> ActiveTimers { get; }

    /// <summary>Sends the actor a message again and again.</summary>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    /// <inheritdoc cref="StartPeriodicTimer(object, object, TimeSpan)"/>
    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    /// <inheritdoc cref="StartPeriodicTimer(object, object, TimeSpan)"/>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    /// <inheritdoc cref="StartPeriodicTimer(object, object, TimeSpan)"/>
    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    /// <summary>Sends the actor a message once.</summary>
    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    /// <inheritdoc cref="StartSingleTimer(object, object, TimeSpan)"/>
    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    /// <summary>Whether a timer runs.</summary>
    bool IsTimerActive(object key);

    /// <summary>Ends a timer.</summary>
    void Cancel(object key);

    /// <summary>Ends all timers.</summary>
    void CancelAll();
}

/// <summary>What a timer sends: known by its number, so that one of an earlier timer of the same key is told apart.</summary>
internal sealed class TimerMessage(TimerScheduler owner, object key, object message, bool repeats)
    : IAutoReceivedMessage, INoSerializationVerificationNeeded, IWrappedMessage
{
    public TimerScheduler Owner => owner;

    public object Key => key;

    public object Message => message;

    public bool Repeats => repeats;
}

internal sealed class TimerScheduler(ActorCell cell) : ITimerScheduler
{
    private readonly Dictionary<object, (TimerMessage Message, ICancelable Task)> _timers = [];

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => Start(key, msg, initialDelay, interval, null);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) =>
        Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, null);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer)) timer.Task.Cancel();
    }

    public void CancelAll()
    {
        foreach (var timer in _timers.Values) timer.Task.Cancel();
        _timers.Clear();
    }

    /// <summary>The message of a timer that has fired and still runs, or null.</summary>
    public object? Take(TimerMessage fired)
    {
        if (!_timers.TryGetValue(fired.Key, out var timer) || timer.Message != fired) return null;
        if (!fired.Repeats) _timers.Remove(fired.Key);
        return fired.Message;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef? sender)
    {
        Cancel(key);
        var fired = new TimerMessage(this, key, message, interval is not null);
        var scheduler = cell.System.Scheduler;
        var task = interval is { } between
            ? scheduler.ScheduleTellRepeatedlyCancelable(delay, between, cell.Self, fired, sender!)
            : scheduler.ScheduleTellOnceCancelable(delay, cell.Self, fired, sender!);
        _timers[key] = (fired, task);
    }
}
