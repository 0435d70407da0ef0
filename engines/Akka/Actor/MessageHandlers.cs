namespace Akka.Actor;

/// <summary>What an actor does with messages of which type: the first handler that fits takes a message.</summary>
internal sealed class MessageHandlers
{
    private MessageHandler[] _handlers = [];
    private bool _isComplete;

    /// <summary>Adds a handler for a type's messages, those for which a condition holds.</summary>
    public void Add<T>(Action<T> handler, Predicate<T>? shouldHandle = null) => Add(shouldHandle is null
        ? new TypedHandler<T>(handler)
        : new MessageHandler(message => message is T typed && shouldHandle(typed) && Done(handler, typed)));

    /// <summary>Adds a handler for a type's messages that says itself whether it took one.</summary>
    public void Add<T>(Func<T, bool> handler) => Add(new MessageHandler(message => message is T typed && handler(typed)));

    /// <summary>Adds a handler for a type's messages, those for which a condition holds.</summary>
    public void Add(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) => Add(new MessageHandler(
        message => messageType.IsInstanceOfType(message) && (shouldHandle is null || shouldHandle(message)) && Done(handler, message)));

    /// <summary>Adds the last handler, which takes everything.</summary>
    public void AddAny(Action<object> handler)
    {
        Add(new TypedHandler<object>(handler));
        _isComplete = true;
    }

    /// <summary>Handles a message, or says that no handler fits.</summary>
    public bool TryHandle(object message)
    {
        foreach (var handler in _handlers)
        {
            if (handler.TryHandle(message)) return true;
        }

        return false;
    }

    private void Add(MessageHandler handler)
    {
        if (_isComplete) throw new InvalidOperationException("A handler that catches all messages has been added. No handler can be added after that.");
        _handlers = [.. _handlers, handler];
    }

    private static bool Done<T>(Action<T> handler, T message)
    {
        handler(message);
        return true;
    }

    private class MessageHandler(Func<object, bool>? handle)
    {
        public virtual bool TryHandle(object message) => handle!(message);
    }

    private sealed class TypedHandler<T>(Action<T> handle) : MessageHandler(null)
    {
        public override bool TryHandle(object message)
        {
            if (message is not T typed) return false;
            handle(typed);
            return true;
        }
    }
}
