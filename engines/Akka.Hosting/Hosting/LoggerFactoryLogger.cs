using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting.Logging;

/// <summary>Tells a system which factory to log to.</summary>
public class LoggerFactorySetup(ILoggerFactory loggerFactory) : Setup
{
    /// <summary>The factory.</summary>
    public ILoggerFactory LoggerFactory => loggerFactory;
}

/// <summary>Passes log events on to .NET's logging, in the category <c>Akka.Actor.ActorSystem</c>.</summary>
public class LoggerFactoryLogger : ActorBase
{
    private readonly ILogger _log;

    /// <exception cref="ConfigurationException">The system was made without a <see cref="LoggerFactorySetup"/>.</exception>
    public LoggerFactoryLogger()
    {
        var setup = Context.System.Settings.Setup.Get<LoggerFactorySetup>();
        if (!setup.HasValue) throw new ConfigurationException($"{nameof(LoggerFactoryLogger)} needs a {nameof(LoggerFactorySetup)} among the actor system's setups");
        _log = setup.Value.LoggerFactory.CreateLogger<ActorSystem>();
    }

    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logged:
                _log.Log(LevelOf(logged), default, logged, logged.Cause, (text, _) => text.ToString());
                return true;
            default:
                return false;
        }
    }

    private static Microsoft.Extensions.Logging.LogLevel LevelOf(LogEvent logged) => logged.LogLevel() switch
    {
        Event.LogLevel.DebugLevel => Microsoft.Extensions.Logging.LogLevel.Debug,
        Event.LogLevel.InfoLevel => Microsoft.Extensions.Logging.LogLevel.Information,
        Event.LogLevel.WarningLevel => Microsoft.Extensions.Logging.LogLevel.Warning,
        _ => Microsoft.Extensions.Logging.LogLevel.Error,
    };
}
