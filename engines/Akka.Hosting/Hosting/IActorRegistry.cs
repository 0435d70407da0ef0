using Akka.Actor;

namespace Akka.Hosting;

/// <summary>Finds actors by types that stand for them; any type may, it need not be the actor's.</summary>
public interface IReadOnlyActorRegistry : IEnumerable<KeyValuePair<Type, IActorRef>>
{
    /// <summary>The actor of a key, if it is registered.</summary>
    bool TryGet<TKey>(out IActorRef actor);

    /// <summary>The actor of a key, if it is registered.</summary>
    bool TryGet(Type key, out IActorRef actor);

    /// <summary>The actor of a key.</summary>
    /// <exception cref="MissingActorRegistryEntryException">There is none.</exception>
    IActorRef Get<TKey>();

    /// <summary>The actor of a key, as soon as it is registered.</summary>
    Task<IActorRef> GetAsync<TKey>(CancellationToken ct = default);

    /// <summary>The actor of a key, as soon as it is registered.</summary>
    Task<IActorRef> GetAsync(Type key, CancellationToken ct = default);
}

/// <summary>Finds actors by types that stand for them, and is told of them.</summary>
public interface IActorRegistry : IReadOnlyActorRegistry
{
    /// <summary>Registers an actor.</summary>
    /// <exception cref="ArgumentNullException">The actor is null.</exception>
    /// <exception cref="DuplicateActorRegistryException">The key has an actor, which is not to be replaced.</exception>
    void Register<TKey>(IActorRef actor, bool overwrite = false);

    /// <summary>Registers an actor, unless it is null or the key has one that is not to be replaced.</summary>
    bool TryRegister<TKey>(IActorRef actor, bool overwrite = false);

    /// <inheritdoc cref="TryRegister{TKey}"/>
    bool TryRegister(Type key, IActorRef actor, bool overwrite = false);
}

/// <summary>An actor that a service needs; its constructor takes this.</summary>
public interface IRequiredActor<TActor>
{
    /// <summary>The actor.</summary>
    /// <exception cref="MissingActorRegistryEntryException">It is not registered (yet).</exception>
    IActorRef ActorRef { get; }

    /// <summary>The actor, as soon as it is registered.</summary>
    Task<IActorRef> GetAsync(CancellationToken cancellationToken = default);
}
