using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace Akka.DependencyInjection;

/// <summary>A system's way to the services of the program around it.</summary>
public sealed class DependencyResolver(IDependencyResolver resolver) : IExtension
{
    /// <summary>Finds them.</summary>
    public IDependencyResolver Resolver => resolver;

    /// <summary>The system's resolver.</summary>
    /// <exception cref="ConfigurationException">The system was made without a <see cref="DependencyResolverSetup"/>.</exception>
    public static DependencyResolver For(ActorSystem actorSystem) => actorSystem.WithExtension<DependencyResolver, DependencyResolverExtension>();

    /// <inheritdoc cref="IDependencyResolver.Props{T}(object[])"/>
    public Props Props<T>(params object[] args)
        where T : ActorBase => resolver.Props<T>(args);

    /// <inheritdoc cref="IDependencyResolver.Props(Type, object[])"/>
    public Props Props(Type type, params object[] args) => resolver.Props(type, args);
}

/// <summary>Makes a system's <see cref="DependencyResolver"/>.</summary>
public sealed class DependencyResolverExtension : ExtensionIdProvider<DependencyResolver>
{
    /// <inheritdoc/>
    public override DependencyResolver CreateExtension(ExtendedActorSystem system) =>
        system.Settings.Setup.Get<DependencyResolverSetup>() is { HasValue: true, Value.DependencyResolver: var resolver }
            ? new DependencyResolver(resolver)
            : throw new ConfigurationException("Unable to find [DependencyResolverSetup] included in ActorSystem settings."
                + " Please specify one before attempting to use dependency injection inside Akka.NET.");
}

/// <summary>Tells a system where the services are.</summary>
public class DependencyResolverSetup : Setup
{
    private DependencyResolverSetup(IDependencyResolver resolver)
    {
        DependencyResolver = resolver;
    }

    /// <summary>Finds them.</summary>
    public IDependencyResolver DependencyResolver { get; }

    /// <summary>Services from a provider.</summary>
    public static DependencyResolverSetup Create(IServiceProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new DependencyResolverSetup(new ServiceProviderDependencyResolver(provider));
    }

    /// <summary>Services from elsewhere.</summary>
    public static DependencyResolverSetup Create(IDependencyResolver provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new DependencyResolverSetup(provider);
    }
}
