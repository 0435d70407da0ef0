using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>Finds a system's <see cref="PersistenceExtension"/>.</summary>
public class Persistence : ExtensionIdProvider<PersistenceExtension>
{
    /// <summary>The only instance.</summary>
    public static Persistence Instance { get; } = new();

    /// <summary>The defaults of <c>akka.persistence</c>.</summary>
    public static Config DefaultConfig() => ConfigurationFactory.FromResource("Persistence/reference.conf");

    /// <inheritdoc/>
    public override PersistenceExtension CreateExtension(ExtendedActorSystem system) => new(system);
}
