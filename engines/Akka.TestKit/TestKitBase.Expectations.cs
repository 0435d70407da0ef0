using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace Akka.TestKit;

/// <content>Expectations. Each waits for the next message until the time that it is given, that <c>Within</c> leaves, or the default.</content>
public abstract partial class TestKitBase
{
    /// <summary>Expects a message of a type.</summary>
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Wait(ExpectMsgAsync<T>(duration, hint, cancellationToken));

    /// <summary>Expects a message that equals another.</summary>
    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Wait(ExpectMsgAsync(message, timeout, hint, cancellationToken));

    /// <summary>Expects a message for which a predicate holds.</summary>
    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Wait(ExpectMsgAsync(isMessage, timeout, hint, cancellationToken));

    /// <summary>Expects a message that satisfies an assertion.</summary>
    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Wait(ExpectMsgAsync(assert, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectMsg{T}(TimeSpan?, string, CancellationToken)"/>
    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(static (_, _) => { }, duration, hint, cancellationToken);

    /// <inheritdoc cref="ExpectMsg{T}(T, TimeSpan?, string, CancellationToken)"/>
    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>((actual, _) => _assertions.AssertEqual(message, actual, hint ?? ""), timeout, hint, cancellationToken);

    /// <inheritdoc cref="ExpectMsg{T}(Predicate{T}, TimeSpan?, string, CancellationToken)"/>
    public ValueTask<T> ExpectMsgAsync<T>(
        Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) => Expect<T>(
            (actual, _) => _assertions.AssertTrue(isMessage(actual), "Got a message of the expected type <{0}>. Also expected {1} but the message {{{2}}} of type <{3}> did not match", typeof(T), hint ?? "the predicate to return true", actual, actual!.GetType()),
            timeout, hint, cancellationToken);

    /// <inheritdoc cref="ExpectMsg{T}(Action{T}, TimeSpan?, string, CancellationToken)"/>
    public ValueTask<T> ExpectMsgAsync<T>(
        Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>((actual, _) => assert(actual), timeout, hint, cancellationToken);

    /// <summary>Expects a message of a type from an actor.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) => Wait(Expect<T>(
        (_, actualSender) => _assertions.AssertEqual(sender, actualSender, hint ?? ""), duration, hint, cancellationToken));

    /// <summary>Expects that an actor that is watched ends.</summary>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Wait(ExpectTerminatedAsync(target, timeout, hint, cancellationToken));

    /// <inheritdoc cref="ExpectTerminated"/>
    public ValueTask<Terminated> ExpectTerminatedAsync(
        IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<Terminated>((terminated, _) => _assertions.AssertEqual(target, terminated.ActorRef, hint ?? ""), timeout, hint, cancellationToken);

    /// <summary>Expects that no message comes for a while.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) => ExpectNoMsg(RemainingOrDefault, cancellationToken);

    /// <inheritdoc cref="ExpectNoMsg(CancellationToken)"/>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <inheritdoc cref="ExpectNoMsg(CancellationToken)"/>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(duration, cancellationToken).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc cref="ExpectNoMsg(CancellationToken)"/>
    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) => ExpectNoMsgAsync(RemainingOrDefault, cancellationToken);

    /// <inheritdoc cref="ExpectNoMsg(CancellationToken)"/>
    public async ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (await Next(Dilated(duration), cancellationToken).ConfigureAwait(false) is { } envelope)
            Fail($"Failed: Expected no messages during {duration}, instead we received {envelope.Message} from {envelope.Sender}");
    }

    /// <summary>Takes messages until one is of a type and satisfies a predicate.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Wait(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    /// <inheritdoc cref="FishForMessage{T}"/>
    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var deadline = Now + RemainingOrDilated(max);
        while (true)
        {
            var left = deadline > Now ? deadline - Now : TimeSpan.Zero;
            var envelope = await Next(left, cancellationToken).ConfigureAwait(false);
            if (envelope is null) Fail($"Timeout ({RemainingOrDilated(max)}) during fishForMessage, hint: {hint}");
            if (envelope.Message is T typed && isMessage(typed)) return typed;
        }
    }

    /// <summary>The next message, or null where none comes in time.</summary>
    public object? ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) => Wait(ReceiveOneAsync(max, cancellationToken));

    /// <inheritdoc cref="ReceiveOne"/>
    public async ValueTask<object?> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        (await Next(RemainingOrDilated(max), cancellationToken).ConfigureAwait(false))?.Message;

    /// <summary>Expects so many messages.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveN(numberOfMessages, RemainingOrDefault, cancellationToken);

    /// <summary>Expects so many messages within a time.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default)
    {
        var received = new List<object>();
        var deadline = Now + Dilated(max);
        while (received.Count < numberOfMessages)
        {
            var envelope = Wait(Next(deadline > Now ? deadline - Now : TimeSpan.Zero, cancellationToken));
            if (envelope is null) Fail($"Timeout ({max}) while expecting {numberOfMessages} messages. Only got {received.Count} after {max}.");
            received.Add(envelope.Message);
        }

        return received;
    }

    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private async ValueTask<T> Expect<T>(Action<T, IActorRef> check, TimeSpan? timeout, string? hint, CancellationToken cancellationToken)
    {
        var time = RemainingOrDilated(timeout);
        var envelope = await Next(time, cancellationToken).ConfigureAwait(false);
        if (envelope is null) Fail($"Failed: Timeout {time} while waiting for a message of type {typeof(T)} {hint}");
        if (envelope.Message is not T message)
        {
            Fail($"Failed: Expected a message of type {typeof(T)}, but received {{{envelope.Message}}} (type {envelope.Message.GetType()}) from {envelope.Sender}. {hint}");
            return default;
        }

        check(message, envelope.Sender);
        return message;
    }

    private async ValueTask<MessageEnvelope?> Next(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!_queue.Reader.TryRead(out var envelope))
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (timeout != Timeout.InfiniteTimeSpan) late.CancelAfter(timeout);
            try
            {
                envelope = await _queue.Reader.ReadAsync(late.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        _last = envelope;
        return envelope;
    }

    [DoesNotReturn]
    private void Fail(string message)
    {
        _assertions.Fail("{0}", message);
        throw new InvalidOperationException(message); // a framework whose Fail returns
    }
}
