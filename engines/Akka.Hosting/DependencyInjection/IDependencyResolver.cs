using Akka.Actor;

namespace Akka.DependencyInjection;

/// <summary>Finds services, and makes actors whose constructors take them.</summary>
public interface IDependencyResolver
{
    /// <summary>A scope of its own for scoped services; dispose of it when done.</summary>
    IResolverScope CreateScope();

    /// <summary>A service, or null.</summary>
    T? GetService<T>();

    /// <summary>A service, or null.</summary>
    object? GetService(Type type);

    /// <summary>Props of an actor whose constructor takes services and, for the rest of its parameters, the arguments.</summary>
    /// <exception cref="ArgumentException">The type is not an actor's.</exception>
    Props Props(Type type, params object[] args);

    /// <summary>Props of an actor whose constructor takes services.</summary>
    /// <exception cref="ArgumentException">The type is not an actor's.</exception>
    Props Props(Type type);

    /// <summary>Props of an actor whose constructor takes services and, for the rest of its parameters, the arguments.</summary>
    Props Props<T>(params object[] args)
        where T : ActorBase;
}

/// <summary>A scope of services.</summary>
public interface IResolverScope : IDisposable
{
    /// <summary>Resolves within the scope.</summary>
    IDependencyResolver Resolver { get; }
}
