namespace Akka.Actor;

/// <summary>Something that can be called off.</summary>
public interface ICancelable
{
    /// <summary>Whether it was.</summary>
    bool IsCancellationRequested { get; }

    /// <summary>A token that is cancelled with it.</summary>
    CancellationToken Token { get; }

    /// <summary>Calls it off.</summary>
    void Cancel();

    /// <summary>Calls it off.</summary>
    /// <param name="throwOnFirstException">Whether the first callback that throws keeps the others from running.</param>
    void Cancel(bool throwOnFirstException);

    /// <summary>Calls it off later.</summary>
    void CancelAfter(TimeSpan delay);

    /// <summary>Calls it off after so many milliseconds.</summary>
    void CancelAfter(int millisecondsDelay);
}

/// <summary>A cancellation source in the scheduler's clothes.</summary>
public class Cancelable : ICancelable, IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>A cancelable of a system.</summary>
    public Cancelable(IScheduler scheduler)
        : this(scheduler.Advanced)
    {
    }

    /// <summary>A cancelable of a system.</summary>
    public Cancelable(IActionScheduler scheduler) => ArgumentNullException.ThrowIfNull(scheduler);

    /// <summary>A cancelable that is cancelled after a time.</summary>
    public Cancelable(IScheduler scheduler, TimeSpan delay)
        : this(scheduler.Advanced) => CancelAfter(delay);

    /// <inheritdoc/>
    public bool IsCancellationRequested => _source.IsCancellationRequested;

    /// <inheritdoc/>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Cancel() => Cancel(false);

    /// <inheritdoc/>
    public void Cancel(bool throwOnFirstException) => _source.Cancel(throwOnFirstException);

    /// <inheritdoc/>
    public void CancelAfter(TimeSpan delay) => _source.CancelAfter(delay);

    /// <inheritdoc/>
    public void CancelAfter(int millisecondsDelay) => _source.CancelAfter(millisecondsDelay);

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        GC.SuppressFinalize(this);
    }
}
