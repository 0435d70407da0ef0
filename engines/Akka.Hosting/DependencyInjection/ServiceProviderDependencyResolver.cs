using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.DependencyInjection;

/// <summary>Resolves from a service provider.</summary>
public class ServiceProviderDependencyResolver(IServiceProvider serviceProvider) : IDependencyResolver
{
    /// <summary>The provider.</summary>
    public IServiceProvider ServiceProvider => serviceProvider;

    /// <inheritdoc/>
    public IResolverScope CreateScope() => new ServiceProviderScope(serviceProvider.CreateScope());

    /// <inheritdoc/>
    public T? GetService<T>() => serviceProvider.GetService<T>();

    /// <inheritdoc/>
    public object? GetService(Type type) => serviceProvider.GetService(type);

    /// <inheritdoc/>
    public Props Props(Type type, params object[] args) => typeof(ActorBase).IsAssignableFrom(type)
        ? Actor.Props.CreateBy(new Producer(serviceProvider, type, args))
        : throw new ArgumentException($"[{type}] does not implement Akka.Actor.ActorBase.", nameof(type));

    /// <inheritdoc/>
    public Props Props(Type type) => Props(type, []);

    /// <inheritdoc/>
    public Props Props<T>(params object[] args)
        where T : ActorBase => Props(typeof(T), args);

    private sealed class Producer(IServiceProvider services, Type type, object[] arguments) : IIndirectActorProducer
    {
        public Type ActorType => type;

        public ActorBase Produce() => (ActorBase)ActivatorUtilities.CreateInstance(services, type, arguments);

        public void Release(ActorBase actor)
        {
        }
    }
}

/// <summary>A scope of a service provider.</summary>
public class ServiceProviderScope(IServiceScope scope) : IResolverScope
{
    /// <inheritdoc/>
    public IDependencyResolver Resolver { get; } = new ServiceProviderDependencyResolver(scope.ServiceProvider);

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        scope.Dispose();
    }
}
