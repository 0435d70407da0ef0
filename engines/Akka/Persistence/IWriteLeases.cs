using Akka.Actor;
using Akka.Persistence.Sql;

namespace Akka.Persistence;

/// <summary>Says under which lease a persistent actor writes. It is asked once for each start of an actor, before that reads its journal.</summary>
internal interface IWriteLeases
{
    /// <summary>
    /// The lease of the shard or singleton that an actor is part of, or that of the member itself for one that is part of none
    /// (<see cref="Coordination.OwnLease"/>). What the actor writes fails from the moment on at which somebody else has it.
    /// </summary>
    /// <exception cref="LeaseLostException">This process does not hold the lease any more. The actor does not start.</exception>
    Fence LeaseOf(ActorPath actor);
}
