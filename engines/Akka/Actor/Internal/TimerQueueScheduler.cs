using System.Diagnostics;
using Akka.Event;

namespace Akka.Actor.Internal;

/// <summary>The scheduler over .NET's timers, which are precise to about a millisecond.</summary>
internal sealed class TimerQueueScheduler(Func<ILoggingAdapter> log) : IScheduler, IAdvancedScheduler
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource _stopped = new();

    public IAdvancedScheduler Advanced => this;

    public DateTimeOffset Now => DateTimeOffset.Now;

    public TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(0);

    public TimeSpan HighResMonotonicClock => MonotonicClock;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Schedule(delay, Timeout.InfiniteTimeSpan, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        ScheduleRepeatedly(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => ScheduleOnce(delay, action, null);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Schedule(delay, Timeout.InfiniteTimeSpan, action, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        if (interval <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(interval), $"an interval of {interval} is not possible; it must be positive");
        Schedule(initialDelay, interval < OneMillisecond ? OneMillisecond : interval, action, cancelable);
    }

    public void Stop() => _stopped.Cancel();

    private void Schedule(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        if (delay < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(delay), $"a delay of {delay} is not possible; it must not be negative");
        if (_stopped.IsCancellationRequested) throw new SchedulerException("cannot enqueue after timer shutdown");
        if (cancelable is { IsCancellationRequested: true }) return;
        new Scheduled(this, action, cancelable, interval).Start(delay);
    }

    /// <summary>One action; it is kept alive by its timer, which it keeps alive.</summary>
    private sealed class Scheduled(TimerQueueScheduler scheduler, Action action, ICancelable? cancelable, TimeSpan interval)
    {
        private readonly bool _repeats = interval != Timeout.InfiniteTimeSpan;
        private CancellationTokenRegistration _registration;
        private Timer? _timer;

        public void Start(TimeSpan delay)
        {
            _timer = new Timer(static scheduled => ((Scheduled)scheduled!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _registration = cancelable?.Token.Register(static scheduled => ((Scheduled)scheduled!)._timer!.Dispose(), this) ?? default;
            try
            {
                _timer.Change(delay, interval);
            }
            catch (ObjectDisposedException)
            {
                // Cancelled in the meantime.
            }
        }

        private void Fire()
        {
            if (scheduler._stopped.IsCancellationRequested || cancelable is { IsCancellationRequested: true })
            {
                _timer!.Dispose();
                return;
            }

            if (!_repeats)
            {
                _registration.Unregister();
                _timer!.Dispose();
            }

            try
            {
                action();
            }
            catch (Exception e)
            {
                scheduler.Failed(e);
            }
        }
    }

    private void Failed(Exception e) => log().Error(e, "a scheduled action failed");
}
