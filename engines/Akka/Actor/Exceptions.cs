namespace Akka.Actor;

/// <summary>A name that a sibling has already, or one that no actor may have.</summary>
public class InvalidActorNameException : AkkaException
{
    /// <summary>Says which name.</summary>
    public InvalidActorNameException(string message)
        : base(message)
    {
    }
}

/// <summary>No answer came in time.</summary>
public class AskTimeoutException(string message) : AkkaException(message);

/// <summary>An actor could not be constructed or started.</summary>
public class ActorInitializationException : AkkaException
{
    /// <summary>Says why.</summary>
    public ActorInitializationException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>Says which actor, and why.</summary>
    public ActorInitializationException(IActorRef actor, string message, Exception? cause = null)
        : base(message, cause)
    {
        Actor = actor;
    }

    /// <summary>The actor, where it is known.</summary>
    public IActorRef? Actor { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";
}

/// <summary>An actor's PreRestart failed.</summary>
public class PreRestartException(IActorRef actor, Exception restartException, Exception cause, object optionalMessage)
    : ActorInitializationException(actor, $"PreRestart failed in restarting after {cause.GetType()}: {cause.Message}", restartException)
{
    /// <summary>What PreRestart threw.</summary>
    public Exception RestartException { get; } = restartException;

    /// <summary>The message that made the actor fail, or null.</summary>
    public object OptionalMessage { get; } = optionalMessage;
}

/// <summary>The new instance of a restarted actor could not be constructed or started.</summary>
public class PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
    : ActorInitializationException(actor, $"Exception post restart ({originalCause?.GetType().ToString() ?? "null"})", cause)
{
    /// <summary>Why it was to be restarted.</summary>
    public Exception OriginalCause { get; } = originalCause;
}

/// <summary>An actor was sent <see cref="Kill"/>.</summary>
public class ActorKilledException(string message) : AkkaException(message);

/// <summary>An actor did what its state does not allow, such as stashing a message twice.</summary>
public class IllegalActorStateException(string message) : AkkaException(message);

/// <summary>A watched actor ended, and the watcher does not handle <see cref="Terminated"/>.</summary>
public class DeathPactException(IActorRef deadActor) : AkkaException($"Monitored actor [{deadActor}] terminated")
{
    /// <summary>The actor that ended.</summary>
    public IActorRef DeadActor { get; } = deadActor;
}

/// <summary>A selection found no actor.</summary>
public class ActorNotFoundException(string message, Exception? innerException = null) : AkkaException(message, innerException);

/// <summary>A message that cannot be sent, such as null.</summary>
public class InvalidMessageException(string message) : AkkaException(message);

/// <summary>The scheduler cannot take the task.</summary>
public sealed class SchedulerException(string message) : AkkaException(message);
