namespace Akka.Actor;

/// <content>
/// The receive timeout. A message only notes the time; the timer, when it fires, waits for what is left.
/// </content>
internal sealed partial class ActorCell
{
    private TimeSpan? _receiveTimeout;
    private Timer? _receiveTimer;
    private long _idleSince; // milliseconds of the system's clock; in the far future while the actor is busy
    private bool _timeoutSent;

    public TimeSpan? ReceiveTimeout => _receiveTimeout;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is { } span && (span <= TimeSpan.Zero || span.TotalMilliseconds > uint.MaxValue - 1))
            throw new ArgumentOutOfRangeException(nameof(timeout), $"a receive timeout of {span} is not possible; it must be positive and below 49 days");
        _receiveTimer?.Dispose();
        _receiveTimer = null;
        _receiveTimeout = timeout;
        if (timeout is null) return;
        Volatile.Write(ref _timeoutSent, false);
        Volatile.Write(ref _idleSince, CurrentMessage is null ? Environment.TickCount64 : long.MaxValue);
        _receiveTimer = new Timer(static cell => ((ActorCell)cell!).ReceiveTimerFired(), this, timeout.Value, Timeout.InfiniteTimeSpan);
    }

    private void BecomeIdle()
    {
        Volatile.Write(ref _idleSince, Environment.TickCount64);
        if (!Volatile.Read(ref _timeoutSent)) return;
        Volatile.Write(ref _timeoutSent, false);
        _receiveTimer!.Change(_receiveTimeout!.Value, Timeout.InfiniteTimeSpan);
    }

    private void ReceiveTimerFired()
    {
        if (_receiveTimeout is not { } timeout || _receiveTimer is not { } timer) return;
        var since = Volatile.Read(ref _idleSince);
        var left = since == long.MaxValue ? timeout : timeout - TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
        if (left > TimeSpan.Zero)
        {
            try
            {
                timer.Change(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left, Timeout.InfiniteTimeSpan);
            }
            catch (ObjectDisposedException)
            {
                // The actor has just set another timeout, or none.
            }

            return;
        }

        Volatile.Write(ref _timeoutSent, true);
        _self.Tell(Akka.Actor.ReceiveTimeout.Instance, _self);
    }
}
