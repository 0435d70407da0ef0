using System.Diagnostics;

namespace ActorRlhf.Host.Operations;

/// <summary>One answer for all who ask at about the same time: while one is being made, and for a while after it was begun, everybody gets that one.</summary>
/// <typeparam name="T">The answer.</typeparam>
/// <param name="make">Makes one.</param>
/// <param name="freshness">How old it may be.</param>
internal sealed class SharedAnswer<T>(Func<Task<T>> make, TimeSpan freshness)
{
    private readonly Lock _lock = new();
    private Task<T>? _answer;
    private long _begun;

    /// <summary>An answer; one that failed is nobody's but those who waited for it.</summary>
    public Task<T> Get()
    {
        lock (_lock)
        {
            var isFresh = _answer is { IsCompleted: false } || (_answer is { IsCompletedSuccessfully: true } && Stopwatch.GetElapsedTime(_begun) < freshness);
            if (isFresh) return _answer!;
            _begun = Stopwatch.GetTimestamp();
            return _answer = make();
        }
    }
}
