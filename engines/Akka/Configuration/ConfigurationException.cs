using Akka.Actor;

namespace Akka.Configuration;

/// <summary>A configuration that parses as text but not as HOCON, or that lacks something it needs.</summary>
public class ConfigurationException : AkkaException
{
    /// <summary>An exception with the message a user reads.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with the message a user reads and the exception behind it.</summary>
    public ConfigurationException(string message, Exception exception)
        : base(message, exception)
    {
    }
}
