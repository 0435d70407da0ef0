using Akka.Actor.Setup;
using Akka.Configuration;

namespace Akka.Actor;

/// <summary>What a system's configuration says, with the engine's defaults below it.</summary>
public class Settings
{
    private readonly Config _user;
    private Config _fallback = ConfigurationFactory.Default();

    internal Settings(ActorSystem system, Config config, ActorSystemSetup setup)
    {
        System = system;
        Setup = setup;
        _user = config;
        Config = config;
        Rebuild();
        ProviderClass = setup.Get<BootstrapSetup>() is { HasValue: true, Value.ActorRefProvider: { HasValue: true, Value: var selected } }
            ? selected.Identifier
            : Config.GetString("akka.actor.provider") ?? "local";
        LogLevel = Config.GetString("akka.loglevel") ?? "";
        StdoutLogLevel = Config.GetString("akka.stdout-loglevel") ?? "";
        Loggers = [.. Config.GetStringList("akka.loggers").Select(name => name ?? "")];
        LoggersDispatcher = Config.GetString("akka.loggers-dispatcher") ?? "";
        LoggerStartTimeout = Config.GetTimeSpan("akka.logger-startup-timeout");
        LogDeadLetters = (Config.GetString("akka.log-dead-letters") ?? "").ToUpperInvariant() switch
        {
            "ON" or "TRUE" => int.MaxValue,
            "OFF" or "FALSE" => 0,
            _ => Config.GetInt("akka.log-dead-letters"),
        };
        LogDeadLettersDuringShutdown = Config.GetBoolean("akka.log-dead-letters-during-shutdown");
        LogDeadLettersSuspendDuration = Config.GetTimeSpan("akka.log-dead-letters-suspend-duration");
        AskTimeout = Config.GetTimeSpan("akka.actor.ask-timeout");
        CoordinatedShutdownTerminateActorSystem = Config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system");
        CoordinatedShutdownRunByActorSystemTerminate = Config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate");
        if (CoordinatedShutdownRunByActorSystemTerminate && !CoordinatedShutdownTerminateActorSystem)
        {
            throw new ConfigurationException(
                "akka.coordinated-shutdown.run-by-actor-system-terminate=on and akka.coordinated-shutdown.terminate-actor-system=off is not a supported configuration combination.");
        }
    }

    /// <summary>The system.</summary>
    public ActorSystem System { get; }

    /// <summary>The setups that it was made with.</summary>
    public ActorSystemSetup Setup { get; }

    /// <summary>The configuration over the defaults.</summary>
    public Config Config { get; private set; }

    /// <summary><c>local</c>, <c>remote</c>, <c>cluster</c> or a type's name.</summary>
    public string ProviderClass { get; }

    /// <summary>The name of the level from which on is logged.</summary>
    public string LogLevel { get; }

    /// <summary>The name of the level from which on is logged to standard output while no logger runs.</summary>
    public string StdoutLogLevel { get; }

    /// <summary>The types of the loggers.</summary>
    public IList<string> Loggers { get; }

    /// <summary>What the loggers run on.</summary>
    public string LoggersDispatcher { get; }

    /// <summary>How long a logger may take to start.</summary>
    public TimeSpan LoggerStartTimeout { get; }

    /// <summary>How many dead letters are logged before a pause.</summary>
    public int LogDeadLetters { get; }

    /// <summary>Whether dead letters are logged while the system ends.</summary>
    public bool LogDeadLettersDuringShutdown { get; }

    /// <summary>How long the pause is.</summary>
    public TimeSpan LogDeadLettersSuspendDuration { get; }

    /// <summary>How long a question without a timeout waits.</summary>
    public TimeSpan AskTimeout { get; }

    /// <summary>Whether the last phase of a coordinated shutdown ends the system.</summary>
    public bool CoordinatedShutdownTerminateActorSystem { get; }

    /// <summary>Whether <see cref="ActorSystem.Terminate"/> runs a coordinated shutdown.</summary>
    public bool CoordinatedShutdownRunByActorSystemTerminate { get; }

    /// <summary>Adds defaults below those that are there.</summary>
    public void InjectTopLevelFallback(Config config)
    {
        _fallback = config.WithFallback(_fallback);
        Rebuild();
    }

    /// <inheritdoc/>
    public override string ToString() => Config.ToString(true);

    private void Rebuild() => Config = _user.IsEmpty ? _fallback : _user.WithFallback(_fallback);
}
