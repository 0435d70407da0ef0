using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>Questions to actors.</summary>
public static class Futures
{
    /// <summary>Sends a message and gives the answer.</summary>
    /// <param name="self">Whom to ask.</param>
    /// <param name="message">The question.</param>
    /// <param name="timeout">How long to wait; null for <c>akka.actor.ask-timeout</c>.</param>
    /// <exception cref="AskTimeoutException">No answer came in time.</exception>
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<object>(message, timeout, CancellationToken.None);

    /// <summary>Sends a message and gives the answer, which is of type <typeparamref name="T"/>.</summary>
    /// <inheritdoc cref="Ask(ICanTell, object, TimeSpan?)"/>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) =>
        self.Ask<T>(message, timeout, CancellationToken.None);

    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) =>
        self.Ask<T>(message, null, cancellationToken);

    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Ask<T>(self, _ => message, timeout, cancellationToken);

    /// <summary>Sends a message that names whom to answer, and gives the answer.</summary>
    /// <inheritdoc cref="Ask{T}(ICanTell, object, TimeSpan?)"/>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var provider = ProviderOf(self) ?? throw new ArgumentException($"{self} belongs to no actor system and cannot be asked", nameof(self));
        var future = new FutureActorRef<T>(provider, timeout ?? provider.Settings.AskTimeout, cancellationToken);
        self.Tell(messageFactory(future), future);
        return future.Result;
    }

    private static IActorRefProvider? ProviderOf(ICanTell target) => target switch
    {
        ActorSelection selection => ProviderOf(selection.Anchor),
        Nobody => ActorCell.Current?.SystemImpl.Provider,
        IInternalActorRef actorRef => actorRef.Provider,
        _ => ActorCell.Current?.SystemImpl.Provider,
    };
}

/// <summary>
/// The handle that an answer goes to. It gets its path, below <c>/temp</c>, when somebody asks for it, which is when it leaves the process or is
/// compared; until then it costs nothing to keep.
/// </summary>
public sealed class FutureActorRef<T> : MinimalActorRef
{
    private readonly IActorRefProvider _provider;
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _pathLock = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly TimeSpan _timeout;
    private readonly Timer? _timer;
    private ActorPath? _path;

    internal FutureActorRef(IActorRefProvider provider, TimeSpan timeout, CancellationToken cancellationToken)
    {
        _provider = provider;
        _timeout = timeout;
        if (timeout > TimeSpan.Zero)
            _timer = new Timer(static future => ((FutureActorRef<T>)future!).TimedOut(), this, timeout, Timeout.InfiniteTimeSpan);
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.Register(static (future, token) =>
            {
                var cancelled = (FutureActorRef<T>)future!;
                if (cancelled._result.TrySetCanceled(token)) cancelled.Forget();
            }, this);
        }
    }

    /// <inheritdoc/>
    public override ActorPath Path
    {
        get
        {
            if (_path is { } known) return known;
            lock (_pathLock)
            {
                if (_path is null)
                {
                    _path = _provider.TempPath();
                    if (!_result.Task.IsCompleted) _provider.RegisterTempActor(this, _path);
                }

                return _path;
            }
        }
    }

    /// <inheritdoc/>
    public override IActorRefProvider Provider => _provider;

    internal Task<T> Result => _result.Task;

    /// <inheritdoc/>
    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case DeathWatchNotification ended:
                TellInternal(new Terminated(ended.Actor, ended.ExistenceConfirmed, ended.AddressTerminated), ended.Actor);
                break;
            case Terminate:
                if (_result.TrySetException(new ActorKilledException("Stopped"))) Forget();
                break;
            default:
                DeadLetterActorRef.Answer(message);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Stop() => SendSystemMessage(new Terminate());

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        var taken = message switch
        {
            T answer => _result.TrySetResult(answer),
            Status.Failure failure => _result.TrySetException(
                failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message.")),
            _ => _result.TrySetException(new ArgumentException(
                $"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
        };
        if (taken) Forget();
        else if (!_result.Task.IsCanceled) _provider.DeadLetters.Tell(message, this);
    }

    private void TimedOut()
    {
        if (_result.TrySetException(new AskTimeoutException($"Timeout after {_timeout.TotalSeconds:F2} seconds"))) Forget();
    }

    private void Forget()
    {
        _timer?.Dispose();
        _registration.Unregister();
        lock (_pathLock)
        {
            if (_path is not null) _provider.UnregisterTempActor(_path);
        }
    }
}
