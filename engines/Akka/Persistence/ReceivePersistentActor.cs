using Akka.Actor;

namespace Akka.Persistence;

/// <summary>
/// A persistent actor that says in its constructor, or in an action given to <see cref="Become(Action)"/>, how it handles commands of which type,
/// and in its constructor how it handles its past. The first handler that fits takes a message.
/// </summary>
public abstract class ReceivePersistentActor : UntypedPersistentActor
{
    private readonly MessageHandlers _past = new();
    private readonly MessageHandlers _own = new();
    private MessageHandlers? _configured;
    private bool _isConstructed;

    /// <summary>For the engine only.</summary>
    protected ReceivePersistentActor()
    {
        _configured = _own;
    }

    private MessageHandlers ConfiguredPast => !_isConstructed
        ? _past
        : throw new InvalidOperationException("You may only call Recover-methods when constructing the actor and inside Become().");

    private MessageHandlers Configured => _configured
        ?? throw new InvalidOperationException("You may only call Command-methods when constructing the actor and inside Become().");

    /// <inheritdoc/>
    public override void AroundPreStart()
    {
        Constructed();
        base.AroundPreStart();
    }

    /// <inheritdoc/>
    public override void AroundPostRestart(Exception cause, object message)
    {
        Constructed();
        base.AroundPostRestart(cause, message);
    }

    /// <inheritdoc/>
    protected sealed override void OnCommand(object message) => Handle(_own, message);

    /// <inheritdoc/>
    protected sealed override void OnRecover(object message) => Handle(_past, message);

    /// <summary>Receives commands from now on with the handlers that an action says.</summary>
    protected void Become(Action configure) => base.Become(Configure(configure));

    /// <summary>Receives commands with the handlers that an action says until <see cref="ActorBase.UnbecomeStacked"/>.</summary>
    protected void BecomeStacked(Action configure) => base.BecomeStacked(Configure(configure));

    /// <summary>Handles snapshots, replayed events or <see cref="RecoveryCompleted"/>, those for which <paramref name="shouldHandle"/> holds.</summary>
    protected void Recover<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => ConfiguredPast.Add(handler, shouldHandle);

    /// <inheritdoc cref="Recover{T}(Action{T}, Predicate{T})"/>
    protected void Recover<T>(Predicate<T> shouldHandle, Action<T> handler) => Recover(handler, shouldHandle);

    /// <summary>Handles everything of the past that no handler before it does; none can be added after it.</summary>
    protected void RecoverAny(Action<object> handler) => ConfiguredPast.AddAny(handler);

    /// <summary>Handles commands of a type, those for which <paramref name="shouldHandle"/> holds.</summary>
    protected void Command<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Configured.Add(handler, shouldHandle);

    /// <inheritdoc cref="Command{T}(Action{T}, Predicate{T})"/>
    protected void Command<T>(Predicate<T> shouldHandle, Action<T> handler) => Command(handler, shouldHandle);

    /// <summary>Handles commands of a type, unless the handler says false.</summary>
    protected void Command<T>(Func<T, bool> handler) => Configured.Add(handler);

    /// <summary>Handles all commands that no handler before it does; none can be added after it.</summary>
    protected void CommandAny(Action<object> handler) => Configured.AddAny(handler);

    /// <summary>Handles commands of a type asynchronously, with the actor's context after every await.</summary>
    protected void CommandAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) => Command(Await(handler), shouldHandle);

    /// <summary>Handles all commands that no handler before it does, asynchronously.</summary>
    protected void CommandAnyAsync(Func<object, Task> handler) => CommandAny(Await(handler));

    private Action<T> Await<T>(Func<T, Task> handler) => message => RunTask(() => handler(message));

    private void Constructed()
    {
        _isConstructed = true;
        _configured = null;
    }

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
