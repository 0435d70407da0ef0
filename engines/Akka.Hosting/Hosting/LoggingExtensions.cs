using Akka.Event;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>Where a system's log goes; to standard output unless told otherwise.</summary>
public sealed class LoggerConfigBuilder
{
    private readonly List<Type> _loggers = [typeof(DefaultLogger)];

    internal LoggerConfigBuilder(AkkaConfigurationBuilder builder)
    {
        Builder = builder;
    }

    /// <summary>The lowest level that is logged.</summary>
    public Event.LogLevel LogLevel { get; set; } = Event.LogLevel.InfoLevel;

    internal AkkaConfigurationBuilder Builder { get; }

    /// <summary>Logs nowhere until loggers are added.</summary>
    public LoggerConfigBuilder ClearLoggers()
    {
        _loggers.Clear();
        return this;
    }

    internal LoggerConfigBuilder Add(Type logger)
    {
        _loggers.Add(logger);
        return this;
    }

    internal AkkaConfigurationBuilder Build()
    {
        string[] names = [.. _loggers.Select(logger => logger.AssemblyQualifiedName!)];
        var level = LogLevel.ToString()[..^"Level".Length].ToUpperInvariant();
        return Builder.AddHocon(HoconText.Section("akka", ("loglevel", level), ("loggers", names)), HoconAddMode.Prepend);
    }
}

/// <summary>Logging as a builder has it.</summary>
public static class LoggingExtensions
{
    /// <summary>Says where the log goes.</summary>
    public static AkkaConfigurationBuilder ConfigureLoggers(this AkkaConfigurationBuilder builder, Action<LoggerConfigBuilder> configurator)
    {
        var loggers = new LoggerConfigBuilder(builder);
        configurator(loggers);
        return loggers.Build();
    }

    /// <summary>Logs to standard output.</summary>
    public static LoggerConfigBuilder AddDefaultLogger(this LoggerConfigBuilder configBuilder) => configBuilder.Add(typeof(DefaultLogger));

    /// <summary>Logs to the host's loggers.</summary>
    public static LoggerConfigBuilder AddLoggerFactory(this LoggerConfigBuilder configBuilder) => configBuilder.Add(typeof(LoggerFactoryLogger));

    /// <summary>Logs to a factory's loggers.</summary>
    public static LoggerConfigBuilder AddLoggerFactory(this LoggerConfigBuilder configBuilder, ILoggerFactory loggerFactory)
    {
        configBuilder.Builder.AddSetup(new LoggerFactorySetup(loggerFactory));
        return configBuilder.AddLoggerFactory();
    }
}
