using System.Collections;
using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Hosting;

/// <summary>A system's actors by types that stand for them.</summary>
public class ActorRegistry : IActorRegistry, IExtension
{
    // Those who came before an actor wait for its key's task, which registering it completes.
    private readonly ConcurrentDictionary<Type, TaskCompletionSource<IActorRef>> _entries = new();

    /// <summary>The registry of a system.</summary>
    public static ActorRegistry For(ActorSystem actorSystem) => actorSystem.WithExtension<ActorRegistry, ActorRegistryExtension>();

    /// <inheritdoc/>
    public void Register<TKey>(IActorRef actor, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!TryRegister<TKey>(actor, overwrite))
        {
            throw new DuplicateActorRegistryException(
                $"an actor is registered for {typeof(TKey)} already; give overwrite: true to replace it, or use another key");
        }
    }

    /// <inheritdoc/>
    public bool TryRegister<TKey>(IActorRef actor, bool overwrite = false) => TryRegister(typeof(TKey), actor, overwrite);

    /// <inheritdoc/>
    public bool TryRegister(Type key, IActorRef actor, bool overwrite = false)
    {
        if (actor is null) return false;
        if (Entry(key).TrySetResult(actor)) return true;
        if (!overwrite) return false;
        var replaced = NewEntry();
        replaced.SetResult(actor);
        _entries[key] = replaced;
        return true;
    }

    /// <inheritdoc/>
    public bool TryGet<TKey>(out IActorRef actor) => TryGet(typeof(TKey), out actor);

    /// <inheritdoc/>
    public bool TryGet(Type key, out IActorRef actor)
    {
        var isThere = _entries.TryGetValue(key, out var entry) && entry.Task.IsCompleted;
        actor = isThere ? entry!.Task.Result : ActorRefs.Nobody;
        return isThere;
    }

    /// <inheritdoc/>
    public IActorRef Get<TKey>() =>
        TryGet<TKey>(out var actor) ? actor : throw new MissingActorRegistryEntryException($"No actor registered for key {typeof(TKey)}");

    /// <inheritdoc/>
    public Task<IActorRef> GetAsync<TKey>(CancellationToken ct = default) => GetAsync(typeof(TKey), ct);

    /// <inheritdoc/>
    public Task<IActorRef> GetAsync(Type key, CancellationToken ct = default) => Entry(key).Task.WaitAsync(ct);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<Type, IActorRef>> GetEnumerator() =>
        _entries.Where(entry => entry.Value.Task.IsCompleted).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Task.Result)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static TaskCompletionSource<IActorRef> NewEntry() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource<IActorRef> Entry(Type key) => _entries.GetOrAdd(key, static _ => NewEntry());
}

/// <summary>Makes a system's <see cref="ActorRegistry"/>.</summary>
public sealed class ActorRegistryExtension : ExtensionIdProvider<ActorRegistry>
{
    /// <inheritdoc/>
    public override ActorRegistry CreateExtension(ExtendedActorSystem system) => new();
}

/// <summary>An actor in a registry, looked up when it is first needed.</summary>
public sealed class RequiredActor<TActor>(IReadOnlyActorRegistry registry) : IRequiredActor<TActor>
{
    private IActorRef? _found;

    /// <inheritdoc/>
    public IActorRef ActorRef => _found ??= registry.TryGet<TActor>(out var actor)
        ? actor
        : throw new MissingActorRegistryEntryException(
            $"no actor is registered for {typeof(TActor)}; a service that is constructed before the actor system starts awaits GetAsync instead");

    /// <inheritdoc/>
    public async Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) =>
        _found ??= await registry.GetAsync<TActor>(cancellationToken).ConfigureAwait(false);
}

/// <summary>A registry cannot do what it is asked.</summary>
public class ActorRegistryException(string message) : Exception(message);

/// <summary>A key has an actor already.</summary>
public sealed class DuplicateActorRegistryException(string message) : ActorRegistryException(message);

/// <summary>A key has no actor.</summary>
public sealed class MissingActorRegistryEntryException(string message) : ActorRegistryException(message);
