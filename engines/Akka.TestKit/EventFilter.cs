using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>Makes filters for what is published on the event stream.</summary>
public sealed class EventFilterFactory
{
    private readonly TestKitBase test;

    internal EventFilterFactory(TestKitBase test)
    {
        this.test = test;
    }

    /// <summary>Errors with an exception of a type.</summary>
    public EventFilterApplier Exception<TException>(string? message = null, string? start = null, string? contains = null, string? source = null)
        where TException : Exception => new(
            test, typeof(Error), e => ((LogEvent)e).Cause is TException cause && Fits(cause.Message, message, start, contains) && From(e, source));

    /// <summary>Events of <see cref="LogLevel.ErrorLevel"/>.</summary>
    public EventFilterApplier Error(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Error>(message, start, contains, source);

    /// <summary>Events of <see cref="LogLevel.WarningLevel"/>.</summary>
    public EventFilterApplier Warning(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Warning>(message, start, contains, source);

    /// <summary>Events of <see cref="LogLevel.InfoLevel"/>.</summary>
    public EventFilterApplier Info(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Info>(message, start, contains, source);

    /// <summary>Events of <see cref="LogLevel.DebugLevel"/>.</summary>
    public EventFilterApplier Debug(string? message = null, string? start = null, string? contains = null, string? source = null) =>
        Of<Debug>(message, start, contains, source);

    /// <summary>Dead letters.</summary>
    public EventFilterApplier DeadLetter() => new(test, typeof(DeadLetter), static _ => true);

    /// <summary>Dead letters with a message of a type.</summary>
    public EventFilterApplier DeadLetter<TMessage>() => new(test, typeof(DeadLetter), static e => ((DeadLetter)e).Message is TMessage);

    private static bool Fits(string text, string? message, string? start, string? contains) =>
        (message is null || text == message)
        && (start is null || text.StartsWith(start, StringComparison.Ordinal))
        && (contains is null || text.Contains(contains, StringComparison.Ordinal));

    private static bool From(object e, string? source) => source is null || ((LogEvent)e).LogSource == source;

    private EventFilterApplier Of<TEvent>(string? message, string? start, string? contains, string? source)
        where TEvent : LogEvent => new(
            test, typeof(TEvent), e => Fits(((LogEvent)e).Message.ToString() ?? "", message, start, contains) && From(e, source));
}

/// <summary>Counts what a filter lets through while an action runs, and as long after it as <c>akka.test.filter-leeway</c> says.</summary>
public sealed class EventFilterApplier
{
    private readonly TestKitBase test;
    private readonly Type channel;
    private readonly Func<object, bool> matches;

    internal EventFilterApplier(TestKitBase test, Type channel, Func<object, bool> matches)
    {
        this.test = test;
        this.channel = channel;
        this.matches = matches;
    }

    /// <summary>Expects one event.</summary>
    public void ExpectOne(Action action) => Expect(1, action);

    /// <summary>Expects so many events.</summary>
    public void Expect(int expectedCount, Action action) => ExpectAsync(
        expectedCount,
        () =>
        {
            action();
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <summary>Expects one event.</summary>
    public Task ExpectOneAsync(Func<Task> actionAsync) => ExpectAsync(1, actionAsync);

    /// <summary>Expects so many events.</summary>
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
        private int count;

        public int Count => Volatile.Read(ref count);

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems).Child("event-filter-" + Guid.NewGuid().ToString("N"));

        public override IActorRefProvider Provider => throw new NotSupportedException("an event filter belongs to no system");

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (matches(message)) Interlocked.Increment(ref count);
        }
    }
}
