using Akka.Actor;
using Akka.Configuration;

namespace Akka.Event;

/// <summary>The first message to a logger, which answers <see cref="LoggerInitialized"/>.</summary>
public sealed class InitializeLogger(EventStream loggingBus) : INoSerializationVerificationNeeded
{
    /// <summary>Where log events come from.</summary>
    public EventStream LoggingBus => loggingBus;
}

/// <summary>A logger's answer to <see cref="InitializeLogger"/>.</summary>
public sealed class LoggerInitialized : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>Writes log events to standard output.</summary>
public class DefaultLogger : ActorBase
{
    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logged:
                Print(logged);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes an event.</summary>
    protected virtual void Print(LogEvent logEvent) => Console.Out.WriteLine(logEvent.ToString());
}

/// <summary>Writes log events to standard output at once, while there is no actor to do it: when a system starts and when it ends.</summary>
internal sealed class StandardOutLogger : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems).Child("StandardOutLogger");

    public override IActorRefProvider Provider => throw new NotSupportedException("the standard output logger belongs to no system");

    protected override void TellInternal(object message, IActorRef sender) => Console.Out.WriteLine(message.ToString());
}

/// <summary>The loggers of a system: those of <c>akka.loggers</c> while it runs, standard output before and after.</summary>
internal sealed class Loggers(ActorSystem system)
{
    private readonly StandardOutLogger _standardOut = new();
    private readonly List<IActorRef> _started = [];

    /// <summary>Logs to standard output from <c>akka.stdout-loglevel</c> on.</summary>
    public void StartStandardOut()
    {
        foreach (var channel in Logging.ClassesFrom(Logging.LogLevelFor(system.Settings.StdoutLogLevel))) system.EventStream.Subscribe(_standardOut, channel);
    }

    /// <exception cref="ConfigurationException"><c>akka.loggers</c> names what does not exist.</exception>
    public void Start()
    {
        var level = Logging.LogLevelFor(system.Settings.LogLevel);
        system.EventStream.SetLogLevel(level);
        foreach (var name in system.Settings.Loggers)
        {
            var type = Util.TypeNames.Resolve(name, "akka.loggers");
            var logger = ((ExtendedActorSystem)system).SystemActorOf(
                Props.Create(type).WithDispatcher(system.Settings.LoggersDispatcher), $"log{_started.Count + 1}-{type.Name}");
            _started.Add(logger);
            try
            {
                logger.Ask<LoggerInitialized>(new InitializeLogger(system.EventStream), system.Settings.LoggerStartTimeout).GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                system.Log.Warning(e, "{0} did not initialize within {1}", name, system.Settings.LoggerStartTimeout);
            }

            foreach (var channel in Logging.ClassesFrom(level)) system.EventStream.Subscribe(logger, channel);
        }

        if (_started.Count > 0) system.EventStream.Unsubscribe(_standardOut);
    }

    public void Stop()
    {
        if (_started.Count == 0) return;
        StartStandardOut();
        foreach (var logger in _started) system.EventStream.Unsubscribe(logger);
    }
}
