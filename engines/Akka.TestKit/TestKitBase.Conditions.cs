namespace Akka.TestKit;

/// <content>Conditions that come true in time, and blocks that take so long.</content>
public abstract partial class TestKitBase
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until an assertion holds.</summary>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(assertion, duration, interval, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="AwaitAssert"/>
    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(
            () =>
            {
                assertion();
                return Task.CompletedTask;
            },
            duration, interval, cancellationToken);

    /// <inheritdoc cref="AwaitAssert"/>
    public async Task AwaitAssertAsync(
        Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var deadline = Now + RemainingOrDilated(duration);
        while (true)
        {
            try
            {
                await assertion().ConfigureAwait(false);
                return;
            }
            catch (Exception) when (Now < deadline && !cancellationToken.IsCancellationRequested)
            {
                await Pause(deadline, interval, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits until a condition holds.</summary>
    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max = null, TimeSpan? interval = null, string? message = null) =>
        AwaitConditionAsync(conditionIsFulfilled, max, interval, message).GetAwaiter().GetResult();

    /// <inheritdoc cref="AwaitCondition(Func{bool}, TimeSpan?, TimeSpan?, string)"/>
    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled, TimeSpan? max = null, TimeSpan? interval = null, string? message = null, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(() => Task.FromResult(conditionIsFulfilled()), max, interval, message, cancellationToken);

    /// <inheritdoc cref="AwaitCondition(Func{bool}, TimeSpan?, TimeSpan?, string)"/>
    public async Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan? max = null, TimeSpan? interval = null, string? message = null, CancellationToken cancellationToken = default)
    {
        var time = RemainingOrDilated(max);
        var deadline = Now + time;
        while (!await conditionIsFulfilled().ConfigureAwait(false))
        {
            if (Now >= deadline) Fail($"Timeout {time} expired while waiting for condition. {message}");
            await Pause(deadline, interval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a block that has to end within a time, which its expectations share.</summary>
    public void Within(TimeSpan max, Action action) => Within(TimeSpan.Zero, max, action);

    /// <summary>Runs a block that has to take at least one time and at most another.</summary>
    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null) => WithinAsync(
        min, max,
        () =>
        {
            action();
            return Task.CompletedTask;
        },
        hint).GetAwaiter().GetResult();

    /// <inheritdoc cref="Within(TimeSpan, Action)"/>
    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync) => WithinAsync(TimeSpan.Zero, max, actionAsync);

    /// <inheritdoc cref="Within(TimeSpan, TimeSpan, Action, string)"/>
    public async Task WithinAsync(TimeSpan min, TimeSpan max, Func<Task> actionAsync, string? hint = null)
    {
        var (began, outer) = (Now, _end);
        var allowed = RemainingOr(Dilated(max)) is var left && left < Dilated(max) ? left : Dilated(max);
        _end = began + allowed;
        try
        {
            await actionAsync().ConfigureAwait(false);
        }
        finally
        {
            _end = outer;
        }

        var took = Now - began;
        _assertions.AssertTrue(took >= min, "Failed: Block took {0}, should have at least been {1}. {2}", took, min, hint);
        _assertions.AssertTrue(took <= allowed, "Failed: Block took {0}, exceeding {1}. {2}", took, allowed, hint);
    }

    private static Task Pause(TimeSpan deadline, TimeSpan? interval, CancellationToken cancellationToken)
    {
        var left = deadline - Now;
        var pause = interval ?? DefaultInterval;
        return Task.Delay(left < pause ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : pause, cancellationToken);
    }
}
