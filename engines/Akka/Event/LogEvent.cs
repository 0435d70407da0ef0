using System.Globalization;
using Akka.Actor;

namespace Akka.Event;

/// <summary>How important something logged is.</summary>
public enum LogLevel
{
    /// <summary>Only for looking for errors.</summary>
    DebugLevel,

    /// <summary>Good to know.</summary>
    InfoLevel,

    /// <summary>Something is not as it should be.</summary>
    WarningLevel,

    /// <summary>Something failed.</summary>
    ErrorLevel,
}

/// <summary>Puts arguments into a text.</summary>
public interface ILogMessageFormatter
{
    /// <summary>The text with its arguments.</summary>
    string Format(string format, params object?[] args);
}

/// <summary>Formats as <see cref="string.Format(IFormatProvider, string, object[])"/> does.</summary>
public sealed class DefaultLogMessageFormatter : ILogMessageFormatter
{
    /// <summary>The only instance.</summary>
    public static readonly DefaultLogMessageFormatter Instance = new();

    /// <inheritdoc/>
    public string Format(string format, params object?[] args)
    {
        try
        {
            return args.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, args);
        }
        catch (FormatException)
        {
            return $"{format} [{string.Join(", ", args)}]"; // a text that names its arguments, as structured loggers have it
        }
    }
}

/// <summary>A text and its arguments, put together when somebody reads them.</summary>
public sealed class LogMessage(ILogMessageFormatter formatter, string format, object?[] args)
{
    /// <summary>The text.</summary>
    public string Format => format;

    /// <summary>The arguments.</summary>
    public IEnumerable<object?> Parameters() => args;

    /// <inheritdoc/>
    public override string ToString() => formatter.Format(format, args);
}

/// <summary>Something logged; published on the event stream.</summary>
public abstract class LogEvent : INoSerializationVerificationNeeded
{
    private protected LogEvent(Exception? cause, string logSource, Type logClass, object message)
    {
        Cause = cause;
        LogSource = logSource;
        LogClass = logClass;
        Message = message;
    }

    /// <summary>The failure, or null.</summary>
    public Exception? Cause { get; }

    /// <summary>When, in UTC.</summary>
    public DateTime Timestamp { get; } = DateTime.UtcNow;

    /// <summary>The thread that logged it.</summary>
    public Thread Thread { get; } = Thread.CurrentThread;

    /// <summary>Who logged it: an actor's path, or a type.</summary>
    public string LogSource { get; }

    /// <summary>The type that logged it.</summary>
    public Type LogClass { get; }

    /// <summary>A text or a <see cref="LogMessage"/>.</summary>
    public object Message { get; }

    /// <summary>How important it is.</summary>
    public abstract LogLevel LogLevel();

    /// <inheritdoc/>
    public override string ToString()
    {
        var level = LogLevel().ToString()[..^"Level".Length].ToUpperInvariant();
        var text = string.Create(
            CultureInfo.InvariantCulture, $"[{level}][{Timestamp:MM/dd/yyyy HH:mm:ss.fffK}][Thread {Thread.ManagedThreadId:0000}][{LogSource}] {Message}");
        return Cause is null ? text : $"{text}{Environment.NewLine}Cause: {Cause}";
    }
}

/// <summary>Only for looking for errors.</summary>
public sealed class Debug(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    /// <summary>Without a failure.</summary>
    public Debug(string logSource, Type logClass, object message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.DebugLevel;
}

/// <summary>Good to know.</summary>
public sealed class Info(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    /// <summary>Without a failure.</summary>
    public Info(string logSource, Type logClass, object message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.InfoLevel;
}

/// <summary>Something is not as it should be.</summary>
public sealed class Warning(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    /// <summary>Without a failure.</summary>
    public Warning(string logSource, Type logClass, object message)
        : this(null, logSource, logClass, message)
    {
    }

    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.WarningLevel;
}

/// <summary>Something failed.</summary>
public sealed class Error(Exception? cause, string logSource, Type logClass, object message) : LogEvent(cause, logSource, logClass, message)
{
    /// <inheritdoc/>
    public override LogLevel LogLevel() => Event.LogLevel.ErrorLevel;
}
