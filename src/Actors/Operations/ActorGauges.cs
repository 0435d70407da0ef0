using System.Collections.Concurrent;
using Akka.Actor;

namespace ActorRlhf.Actors.Operations;

/// <summary>The gauges of an actor system's actors, as far as they are <see cref="ObservedActor"/> or <see cref="ObservedPersistentActor"/>.</summary>
public sealed class ActorGauges : IExtension
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10); // for which one that has ended because of a failure is listed

    private readonly ConcurrentDictionary<string, ActorGauge> _gauges = new(StringComparer.Ordinal);

    private ActorGauges()
    {
    }

    /// <summary>The gauges, by path. Actors that have ended are left out, unless a failure ended them in the last ten minutes.</summary>
    public IReadOnlyList<ActorGauge> All => [.. _gauges.OrderBy(gauge => gauge.Key, StringComparer.Ordinal).Select(gauge => gauge.Value).Where(gauge => gauge.IsOfInterest(Memory))];

    /// <summary>An actor system's gauges.</summary>
    public static ActorGauges Of(ActorSystem system) => system.WithExtension<ActorGauges, Id>();

    /// <summary>The gauge of an actor that is being made.</summary>
    internal ActorGauge Open(IActorRef actor, Type type)
    {
        var gauge = _gauges.GetOrAdd(actor.Path.ToStringWithoutAddress(), _ => new ActorGauge(actor, type.Name, TimeProvider.System));
        gauge.Open(actor);
        return gauge;
    }

    private sealed class Id : ExtensionIdProvider<ActorGauges>
    {
        public override ActorGauges CreateExtension(ExtendedActorSystem system) => new();
    }
}
