using System.Collections.Immutable;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Hosting.Logging;
using Akka.Serialization;
using Akka.Util;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>How a configuration joins those added before it.</summary>
public enum HoconAddMode
{
    /// <summary>Below them: what they say stays.</summary>
    Append,

    /// <summary>Above them: what it says wins.</summary>
    Prepend,

    /// <summary>As <see cref="Prepend"/>: the published package keeps what only the others say, too.</summary>
    Replace,
}

/// <summary>Starts actors in a system that runs, and registers them.</summary>
public delegate Task ActorStarter(ActorSystem system, IActorRegistry registry);

/// <summary>Starts actors in a system that runs, some of them from services, and registers them.</summary>
public delegate Task ActorStarterWithResolver(ActorSystem system, IActorRegistry registry, IDependencyResolver resolver);

/// <summary>Something to do once all actors are started.</summary>
public delegate Task StartupTask(ActorSystem system, IActorRegistry registry);

/// <summary>
/// Puts a system together: its configuration, setups, extensions and first actors. Once the system has started, nothing can be added any more;
/// what is tried is ignored.
/// </summary>
public sealed class AkkaConfigurationBuilder
{
    /// <summary>The setups so far; use <see cref="AkkaHostingExtensions.AddSetup"/>.</summary>
    public readonly HashSet<Setup> Setups = [];

    private readonly string _actorSystemName;
    private readonly List<(string Name, ImmutableHashSet<Type> Types, Func<ExtendedActorSystem, Serializer> Make)> _serializers = [];
    private readonly List<Type> _extensions = [];
    private readonly List<ActorStarter> _starters = [];
    private readonly List<StartupTask> _startupTasks = [];
    private bool _isComplete;

    /// <summary>A builder for a system; <see cref="AkkaHostingExtensions.AddAkka(IServiceCollection, string, Action{AkkaConfigurationBuilder})"/> makes it.</summary>
    public AkkaConfigurationBuilder(IServiceCollection serviceCollection, string actorSystemName)
    {
        ServiceCollection = serviceCollection;
        _actorSystemName = actorSystemName;
    }

    /// <summary>The provider of handles, if one was chosen.</summary>
    public Option<ProviderSelection> ActorRefProvider { get; private set; } = Option<ProviderSelection>.None;

    /// <summary>The configuration so far.</summary>
    public Option<Config> Configuration { get; private set; } = Option<Config>.None;

    internal IServiceCollection ServiceCollection { get; }

    /// <summary>Starts actors when the system runs.</summary>
    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry> starter) => StartActors((system, registry) =>
    {
        starter(system, registry);
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="StartActors(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry, IDependencyResolver> starter) => StartActors((system, registry) =>
    {
        starter(system, registry, DependencyResolver.For(system).Resolver);
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="StartActors(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder StartActors(ActorStarter starter) => Add(() => _starters.Add(starter));

    /// <inheritdoc cref="StartActors(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder StartActors(ActorStarterWithResolver starter) =>
        StartActors((ActorSystem system, IActorRegistry registry) => starter(system, registry, DependencyResolver.For(system).Resolver));

    /// <summary>Does something when all actors are started.</summary>
    public AkkaConfigurationBuilder AddStartup(Action<ActorSystem, IActorRegistry> startupTask) => AddStartup((system, registry) =>
    {
        startupTask(system, registry);
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="AddStartup(Action{ActorSystem, IActorRegistry})"/>
    public AkkaConfigurationBuilder AddStartup(StartupTask startupTask) => Add(() => _startupTasks.Add(startupTask));

    /// <summary>Gives the system a serializer for types and what derives from them.</summary>
    public AkkaConfigurationBuilder WithCustomSerializer(
        string serializerIdentifier, IEnumerable<Type> boundTypes, Func<ExtendedActorSystem, Serializer> serializerFactory) =>
        Add(() => _serializers.Add((serializerIdentifier, [.. boundTypes], serializerFactory)));

    /// <summary>Has extensions made when the system starts.</summary>
    /// <param name="extensions">Types of extensions' ids.</param>
    /// <exception cref="ConfigurationException">One is no such type.</exception>
    public AkkaConfigurationBuilder WithExtensions(params Type[] extensions)
    {
        foreach (var extension in extensions)
        {
            if (!typeof(IExtensionId).IsAssignableFrom(extension) || extension.IsAbstract || !extension.IsClass)
                throw new ConfigurationException($"[{extension.FullName}] is no extension's id: a class that is not abstract and implements {nameof(IExtensionId)}");
            if (!_extensions.Contains(extension)) _extensions.Add(extension);
        }

        return this;
    }

    /// <summary>Has an extension made when the system starts.</summary>
    /// <exception cref="ConfigurationException">The type is abstract.</exception>
    public AkkaConfigurationBuilder WithExtension<T>()
        where T : IExtensionId => WithExtensions(typeof(T));

    internal AkkaConfigurationBuilder AddSetup(Setup setup) => Add(() =>
    {
        switch (setup)
        {
            case BootstrapSetup bootstrap:
                if (bootstrap.Config.HasValue) AddHocon(bootstrap.Config.Value, HoconAddMode.Prepend);
                ActorRefProvider = bootstrap.ActorRefProvider;
                break;
            case DependencyResolverSetup:
                break; // the services are those that the system is among
            default:
                Setups.Add(setup);
                break;
        }
    });

    internal AkkaConfigurationBuilder WithActorRefProvider(ProviderSelection provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return Add(() => ActorRefProvider = provider);
    }

    internal AkkaConfigurationBuilder AddHocon(Config hocon, HoconAddMode addMode)
    {
        ArgumentNullException.ThrowIfNull(hocon);
        var current = Configuration.GetOrElse(Config.Empty);
        return Add(() => Configuration = addMode switch
        {
            HoconAddMode.Append => current.WithFallback(hocon),
            HoconAddMode.Prepend or HoconAddMode.Replace => hocon.WithFallback(current),
            _ => throw new ArgumentOutOfRangeException(nameof(addMode), addMode, "there is no such way to add HOCON"),
        });
    }

    /// <summary>Makes the system; its actors are started later.</summary>
    internal ActorSystem CreateSystem(IServiceProvider services)
    {
        AddExtensions();
        if (!Setups.Any(setup => setup is LoggerFactorySetup) && services.GetService<ILoggerFactory>() is { } loggers) AddSetup(new LoggerFactorySetup(loggers));
        var bootstrap = BootstrapSetup.Create().WithConfig(Configuration.GetOrElse(Config.Empty));
        if (ActorRefProvider.HasValue) bootstrap = bootstrap.WithActorRefProvider(ActorRefProvider.Value);
        var setups = Setups.Aggregate(bootstrap.And(DependencyResolverSetup.Create(services)).And(new HostedSetup()), (all, setup) => all.And(setup));
        if (_serializers.Count > 0)
        {
            setups = setups.And(SerializationSetup.Create(system =>
                [.. _serializers.Select(serializer => SerializerDetails.Create(serializer.Name, serializer.Make(system), serializer.Types))]));
        }

        return ActorSystem.Create(_actorSystemName, setups);
    }

    /// <summary>Starts the actors, one starter after the other in the order they were added, then the startup tasks.</summary>
    internal async Task StartAsync(ActorSystem system)
    {
        if (_isComplete) return;
        _isComplete = true;
        var registry = ActorRegistry.For(system);
        foreach (var starter in _starters) await starter(system, registry).ConfigureAwait(false);
        foreach (var startupTask in _startupTasks) await startupTask(system, registry).ConfigureAwait(false);
    }

    private AkkaConfigurationBuilder Add(Action add)
    {
        if (!_isComplete) add();
        return this;
    }

    private void AddExtensions()
    {
        if (_extensions.Count == 0) return;
        var listed = Configuration.GetOrElse(Config.Empty).GetStringList("akka.extensions").OfType<string>();
        string[] all = [.. listed, .. _extensions.Select(extension => extension.AssemblyQualifiedName!)];
        AddHocon(HoconText.Section("akka", ("extensions", all)), HoconAddMode.Prepend);
    }
}
