namespace Akka.Persistence.Sql;

/// <summary>A process that takes part.</summary>
/// <param name="Owner">Its address and the number of this start of it, <c>address#uid</c>: what leases know it by.</param>
/// <param name="Number">Its place in the order in which members joined.</param>
/// <param name="Roles">Its roles.</param>
/// <param name="Status">Where it is in its life; <see cref="Coordination.Dead"/> is final.</param>
/// <param name="Silence">How long ago its last heartbeat was, by the database's clock.</param>
internal sealed record Member(string Owner, long Number, string Roles, string Status, TimeSpan Silence);

/// <summary>The right to do something alone.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Owner">Who has it; empty when nobody.</param>
/// <param name="Epoch">Higher by one each time the owner changes.</param>
/// <param name="Remaining">How long it is still good without being renewed, by the database's clock; negative when it may be taken.</param>
internal sealed record Lease(string Name, string Owner, long Epoch, TimeSpan Remaining)
{
    /// <summary>What its owner writes under.</summary>
    public Fence Fence => new(Name, Owner, Epoch);
}

/// <summary>What a heartbeat brought back.</summary>
/// <param name="Alive">Whether the member that sent it still counts. Where not, it has lost every lease and must stop at once.</param>
/// <param name="Members">Every member, in the order in which they joined.</param>
/// <param name="Leases">The leases that the sender holds, renewed.</param>
/// <param name="Gap">How long before this heartbeat the one before was, by the database's clock: far from the interval where the sender could not reach it, or where the clock was set.</param>
internal sealed record Pulse(bool Alive, IReadOnlyList<Member> Members, IReadOnlyList<Lease> Leases, TimeSpan Gap);
