namespace Akka.Actor;

/// <summary>The base of Akka.NET's own exceptions.</summary>
public abstract class AkkaException : Exception
{
    /// <summary>An exception without a message of its own.</summary>
    protected AkkaException()
    {
    }

    /// <summary>An exception with a message and, where there is one, its cause.</summary>
    protected AkkaException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>The exception behind this one, or null.</summary>
    protected Exception? Cause => InnerException;
}
