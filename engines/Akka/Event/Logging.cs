using Akka.Actor;

namespace Akka.Event;

/// <summary>Logs onto the event stream.</summary>
public interface ILoggingAdapter
{
    /// <summary>Puts arguments into texts.</summary>
    ILogMessageFormatter Formatter { get; }

    /// <summary>Whether <see cref="LogLevel.DebugLevel"/> is heard.</summary>
    bool IsDebugEnabled { get; }

    /// <summary>Whether <see cref="LogLevel.InfoLevel"/> is heard.</summary>
    bool IsInfoEnabled { get; }

    /// <summary>Whether <see cref="LogLevel.WarningLevel"/> is heard.</summary>
    bool IsWarningEnabled { get; }

    /// <summary>Whether <see cref="LogLevel.ErrorLevel"/> is heard.</summary>
    bool IsErrorEnabled { get; }

    /// <summary>Whether a level is heard.</summary>
    bool IsEnabled(LogLevel logLevel);

    /// <summary>Logs a text.</summary>
    void Log(LogLevel logLevel, Exception? cause, string format);

    /// <summary>Logs a text with arguments.</summary>
    void Log(LogLevel logLevel, Exception? cause, LogMessage message);
}

/// <summary>Logs by level.</summary>
public static class LoggingExtensions
{
    /// <summary>Logs for those who look for errors.</summary>
    public static void Debug(this ILoggingAdapter log, string format, params object?[] args) => log.Log(LogLevel.DebugLevel, null, format, args);

    /// <summary>Logs for those who look for errors, with a failure.</summary>
    public static void Debug(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Log(LogLevel.DebugLevel, cause, format, args);

    /// <summary>Logs what is good to know.</summary>
    public static void Info(this ILoggingAdapter log, string format, params object?[] args) => log.Log(LogLevel.InfoLevel, null, format, args);

    /// <summary>Logs what is good to know, with a failure.</summary>
    public static void Info(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Log(LogLevel.InfoLevel, cause, format, args);

    /// <summary>Logs that something is not as it should be.</summary>
    public static void Warning(this ILoggingAdapter log, string format, params object?[] args) => log.Log(LogLevel.WarningLevel, null, format, args);

    /// <summary>Logs that something is not as it should be, with a failure.</summary>
    public static void Warning(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Log(LogLevel.WarningLevel, cause, format, args);

    /// <summary>Logs that something failed.</summary>
    public static void Error(this ILoggingAdapter log, string format, params object?[] args) => log.Log(LogLevel.ErrorLevel, null, format, args);

    /// <summary>Logs that something failed, with the failure.</summary>
    public static void Error(this ILoggingAdapter log, Exception? cause, string format, params object?[] args) =>
        log.Log(LogLevel.ErrorLevel, cause, format, args);

    /// <summary>Logs at a level.</summary>
    public static void Log(this ILoggingAdapter log, LogLevel level, Exception? cause, string format, params object?[] args)
    {
        if (!log.IsEnabled(level)) return;
        if (args.Length == 0) log.Log(level, cause, format);
        else log.Log(level, cause, new LogMessage(log.Formatter, format, args));
    }
}

/// <summary>Makes logs.</summary>
public static class Logging
{
    /// <summary>The log of the actor that runs on this thread.</summary>
    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter? logMessageFormatter = null) =>
        new BusLogging(context.System.EventStream, context.Self.Path.ToString(), context.Props.Type, logMessageFormatter);

    /// <summary>The log of a type, an actor's handle or whatever has a name.</summary>
    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null) =>
        GetLogger(system.EventStream, logSourceObj, logMessageFormatter);

    /// <inheritdoc cref="GetLogger(ActorSystem, object, ILogMessageFormatter)"/>
    public static ILoggingAdapter GetLogger(EventStream loggingBus, object logSourceObj, ILogMessageFormatter? logMessageFormatter = null)
    {
        var (source, type) = logSourceObj switch
        {
            IActorContext context => (context.Self.Path.ToString(), context.Props.Type),
            IActorRef actorRef => (actorRef.Path.ToString(), actorRef.GetType()),
            Type named => (named.ToString(), named),
            string text => (text, typeof(string)),
            _ => (logSourceObj.GetType().ToString(), logSourceObj.GetType()),
        };
        return new BusLogging(loggingBus, source, type, logMessageFormatter);
    }

    /// <summary>The level of a name in a configuration: <c>debug</c>, <c>info</c>, <c>warning</c>, <c>error</c> or <c>off</c>.</summary>
    /// <exception cref="ArgumentException">It is none of them.</exception>
    public static LogLevel LogLevelFor(string logLevel) => logLevel?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        "OFF" => (LogLevel)int.MaxValue,
        _ => throw new ArgumentException($"there is no log level \"{logLevel}\"; the levels are DEBUG, INFO, WARNING, ERROR and OFF", nameof(logLevel)),
    };

    /// <summary>The type of the events of a level.</summary>
    public static Type ClassFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => typeof(Debug),
        LogLevel.InfoLevel => typeof(Info),
        LogLevel.WarningLevel => typeof(Warning),
        _ => typeof(Error),
    };

    internal static IEnumerable<Type> ClassesFrom(LogLevel lowest) => Enum.GetValues<LogLevel>().Where(level => level >= lowest).Select(ClassFor);
}

/// <summary>A log that publishes on the event stream.</summary>
internal sealed class BusLogging(EventStream bus, string source, Type type, ILogMessageFormatter? formatter) : ILoggingAdapter
{
    public ILogMessageFormatter Formatter { get; } = formatter ?? DefaultLogMessageFormatter.Instance;

    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);

    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);

    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);

    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= bus.LogLevel;

    public void Log(LogLevel logLevel, Exception? cause, string format) => Publish(logLevel, cause, format);

    public void Log(LogLevel logLevel, Exception? cause, LogMessage message) => Publish(logLevel, cause, message);

    private void Publish(LogLevel level, Exception? cause, object message)
    {
        if (!IsEnabled(level)) return;
        bus.Publish(level switch
        {
            LogLevel.DebugLevel => new Debug(cause, source, type, message),
            LogLevel.InfoLevel => new Info(cause, source, type, message),
            LogLevel.WarningLevel => new Warning(cause, source, type, message),
            _ => new Error(cause, source, type, message),
        });
    }
}
