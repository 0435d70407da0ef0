using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>
/// An actor that says in its constructor, or in an action given to <see cref="Become(Action)"/>, how it handles messages of which type. The first
/// handler that fits takes a message. An asynchronous handler is awaited before the next message.
/// </summary>
public abstract class ReceiveActor : UntypedActor
{
    private readonly MessageHandlers _own = new();
    private MessageHandlers? _configured;

    /// <summary>For the engine only.</summary>
    protected ReceiveActor()
    {
        _configured = _own;
    }

    /// <inheritdoc/>
    protected sealed override void OnReceive(object message)
    {
        _configured = null;
        Handle(_own, message);
    }

    /// <summary>Receives from now on with the handlers that an action says.</summary>
    protected void Become(Action configure) => base.Become(Configure(configure));

    /// <summary>Receives with the handlers that an action says until <see cref="ActorBase.UnbecomeStacked"/>.</summary>
    protected void BecomeStacked(Action configure) => base.BecomeStacked(Configure(configure));

    /// <summary>Handles messages of a type, those for which <paramref name="shouldHandle"/> holds.</summary>
    protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Configured.Add(handler, shouldHandle);

    /// <inheritdoc cref="Receive{T}(Action{T}, Predicate{T})"/>
    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <summary>Handles messages of a type, unless the handler says false.</summary>
    protected void Receive<T>(Func<T, bool> handler) => Configured.Add(handler);

    /// <inheritdoc cref="Receive{T}(Action{T}, Predicate{T})"/>
    protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
        Configured.Add(messageType, handler, shouldHandle);

    /// <summary>Handles all messages that no handler before it does; none can be added after it.</summary>
    protected void ReceiveAny(Action<object> handler) => Configured.AddAny(handler);

    /// <summary>Handles messages of a type asynchronously, with the actor's context after every await.</summary>
    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) => Receive(Await(handler), shouldHandle);

    /// <inheritdoc cref="ReceiveAsync{T}(Func{T, Task}, Predicate{T})"/>
    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => Receive(Await(handler), shouldHandle);

    /// <summary>Handles all messages that no handler before it does, asynchronously.</summary>
    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAny(Await(handler));

    private MessageHandlers Configured => _configured
        ?? throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().");

    private static Action<T> Await<T>(Func<T, Task> handler) => message => ActorTaskScheduler.RunTask(() => handler(message));

    private void Handle(MessageHandlers handlers, object message)
    {
        if (!handlers.TryHandle(message)) Unhandled(message);
    }

    private UntypedReceive Configure(Action configure)
    {
        var outer = _configured;
        var handlers = _configured = new MessageHandlers();
        configure();
        _configured = outer;
        return message => Handle(handlers, message);
    }
}
