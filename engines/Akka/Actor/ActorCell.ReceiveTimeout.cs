namespace Akka.Actor;

/// <content>
/// The receive timeout. A message only notes the time; the timer, when it fires, waits for what is left.
/// </content>
internal sealed partial class ActorCell
{
    private TimeSpan? receiveTimeout;
    private Timer? receiveTimer;
    private long idleSince; // milliseconds of the system's clock; in the far future while the actor is busy
    private bool timeoutSent;

    public TimeSpan? ReceiveTimeout => receiveTimeout;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        if (timeout is { } span && (span <= TimeSpan.Zero || span.TotalMilliseconds > uint.MaxValue - 1))
            throw new ArgumentOutOfRangeException(nameof(timeout), $"a receive timeout of {span} is not possible; it must be positive and below 49 days");
        receiveTimer?.Dispose();
        receiveTimer = null;
        receiveTimeout = timeout;
        if (timeout is null) return;
        Volatile.Write(ref timeoutSent, false);
        Volatile.Write(ref idleSince, CurrentMessage is null ? Environment.TickCount64 : long.MaxValue);
        receiveTimer = new Timer(static cell => ((ActorCell)cell!).ReceiveTimerFired(), this, timeout.Value, Timeout.InfiniteTimeSpan);
    }

    private void BecomeIdle()
    {
        Volatile.Write(ref idleSince, Environment.TickCount64);
        if (!Volatile.Read(ref timeoutSent)) return;
        Volatile.Write(ref timeoutSent, false);
        receiveTimer!.Change(receiveTimeout!.Value, Timeout.InfiniteTimeSpan);
    }

    private void ReceiveTimerFired()
    {
        if (receiveTimeout is not { } timeout || receiveTimer is not { } timer) return;
        var since = Volatile.Read(ref idleSince);
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

        Volatile.Write(ref timeoutSent, true);
        self.Tell(Akka.Actor.ReceiveTimeout.Instance, self);
    }
}
