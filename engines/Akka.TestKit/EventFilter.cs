using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>Makes filters for what is published on the event stream.</summary>
public sealed class EventFilterFactory
{
    private readonly TestKitBase _test;

    internal EventFilterFactory(TestKitBase test)
    {
        _test = test;
    }

    /// <summary>Errors with an exception of a type.</summary>
    public IEventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null, string? source = null)
        where TException : Exception => new EventFilterApplier(
            _test, typeof(Error), e => ((LogEvent)e).Cause is TException cause && Fits(cause.Message, message, start, contains) && From(e, source));

    /// <summary>Events of <see cref="LogLevel.ErrorLevel"/>.</summary>
    public IEventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Error>(message, start, contains, source);

    /// <summary>Events of <see cref="LogLevel.WarningLevel"/>.</summary>
    public IEventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Warning>(message, start, contains, source);

    /// <summary>Events of <see cref="LogLevel.InfoLevel"/>.</summary>
    public IEventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Info>(message, start, contains, source);

    /// <summary>Events of <see cref="LogLevel.DebugLevel"/>.</summary>
    public IEventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Debug>(message, start, contains, source);

    /// <summary>Dead letters.</summary>
    public IEventFilterApplier DeadLetter() => new EventFilterApplier(_test, typeof(DeadLetter), static _ => true);

    /// <summary>Dead letters with a message of a type.</summary>
    public IEventFilterApplier DeadLetter<TMessage>() => new EventFilterApplier(_test, typeof(DeadLetter), static e => ((DeadLetter)e).Message is TMessage);

    private static bool Fits(string text, string? message, string? start, string? contains) =>
        (message is null || text == message)
        && (start is null || text.StartsWith(start, StringComparison.Ordinal))
        && (contains is null || text.Contains(contains, StringComparison.Ordinal));

    private static bool From(object e, string? source) => source is null || ((LogEvent)e).LogSource == source;

    private IEventFilterApplier Of<TEvent>(string? message, string? start, string? contains, string? source)
        where TEvent : LogEvent => new EventFilterApplier(
            _test, typeof(TEvent), e => Fits(((LogEvent)e).Message.ToString() ?? "", message, start, contains) && From(e, source));
}

/// <summary>Counts what a filter lets through while an action runs, and as long after it as <c>akka.test.filter-leeway</c> says.</summary>
public interface IEventFilterApplier
{
    /// <summary>Expects one event.</summary>
    void ExpectOne(Action action);

    /// <summary>Expects so many events.</summary>
    void Expect(int expectedCount, Action action);

    /// <summary>Expects one event.</summary>
    Task ExpectOneAsync(Func<Task> actionAsync);

    /// <summary>Expects so many events.</summary>
    Task ExpectAsync(int expectedCount, Func<Task> actionAsync);
}

internal sealed class EventFilterApplier(TestKitBase test, Type channel, Func<object, bool> matches) : IEventFilterApplier
{
    public void ExpectOne(Action action) => Expect(1, action);

    public void Expect(int expectedCount, Action action) => ExpectAsync(
        expectedCount,
        () =>
        {
            action();
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    public Task ExpectOneAsync(Func<Task> actionAsync) => ExpectAsync(1, actionAsync);

    public async Task ExpectAsync(int expectedCount, Func<Task> actionAsync)
    {
        var counter = new Counter(matches);
        test.Sys.EventStream.Subscribe(counter, channel);
        try
        {
            await actionAsync().ConfigureAwait(false);
            var deadline = Environment.TickCount64 + (long)test.Dilated(test.TestKitSettings.TestEventFilterLeeway).TotalMilliseconds;
            while (counter.Count < expectedCount && Environment.TickCount64 < deadline) await Task.Delay(5).ConfigureAwait(false);
            test.TestAssertions.AssertEqual(expectedCount, counter.Count, "the number of events that the filter lets through");
        }
        finally
        {
            test.Sys.EventStream.Unsubscribe(counter);
        }
    }

    private sealed class Counter(Func<object, bool> matches) : MinimalActorRef
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems).Child("event-filter-" + Guid.NewGuid().ToString("N"));

        public override IActorRefProvider Provider => throw new NotSupportedException("an event filter belongs to no system");

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (matches(message)) Interlocked.Increment(ref _count);
        }
    }
}
