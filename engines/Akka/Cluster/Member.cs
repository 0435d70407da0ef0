using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster;

/// <summary>Where a member is in its life. In the embedded engine members are never joining or weakly up: the database knows them or does not.</summary>
public enum MemberStatus
{
    /// <summary>On its way in.</summary>
    Joining,

    /// <summary>Takes part.</summary>
    Up,

    /// <summary>Begins to leave.</summary>
    Leaving,

    /// <summary>Hands over what it has left.</summary>
    Exiting,

    /// <summary>Declared dead.</summary>
    Down,

    /// <summary>Gone, or not there yet.</summary>
    Removed,

    /// <summary>On its way in while others cannot be reached.</summary>
    WeaklyUp,
}

/// <summary>One incarnation of an actor system.</summary>
public class UniqueAddress(Address address, int uid) : IEquatable<UniqueAddress>, IComparable<UniqueAddress>
{
    /// <summary>Where it is.</summary>
    public Address Address { get; } = address;

    /// <summary>Which start of it.</summary>
    public int Uid { get; } = uid;

    /// <inheritdoc/>
    public bool Equals(UniqueAddress? other) => other is not null && Uid == other.Uid && Address.Equals(other.Address);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UniqueAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => Uid;

    /// <inheritdoc/>
    public int CompareTo(UniqueAddress? uniqueAddress) =>
        uniqueAddress is null ? 1 : Address.CompareTo(uniqueAddress.Address) is not 0 and var order ? order : Uid.CompareTo(uniqueAddress.Uid);

    /// <inheritdoc/>
    public override string ToString() => $"UniqueAddress: ({Address}, {Uid})";
}

/// <summary>An actor system that takes part in a cluster. Equal when it is the same incarnation, whatever its status.</summary>
public class Member : IComparable<Member>
{
    internal Member(UniqueAddress uniqueAddress, long upNumber, MemberStatus status, ImmutableHashSet<string> roles)
    {
        UniqueAddress = uniqueAddress;
        UpNumber = upNumber;
        Status = status;
        Roles = roles;
    }

    /// <summary>Which incarnation of which system.</summary>
    public UniqueAddress UniqueAddress { get; }

    /// <summary>Where it is.</summary>
    public Address Address => UniqueAddress.Address;

    /// <summary>Where it is in its life.</summary>
    public MemberStatus Status { get; }

    /// <summary>Its <c>akka.cluster.roles</c>.</summary>
    public ImmutableHashSet<string> Roles { get; }

    internal long UpNumber { get; }

    /// <summary>Whether it has a role.</summary>
    public bool HasRole(string role) => Roles.Contains(role);

    /// <summary>Whether it joined before another.</summary>
    public bool IsOlderThan(Member other) => UpNumber < other.UpNumber;

    /// <inheritdoc/>
    public int CompareTo(Member? other) => other is null ? 1 : UniqueAddress.CompareTo(other.UniqueAddress);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Member other && UniqueAddress.Equals(other.UniqueAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => UniqueAddress.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"Member(address = {Address}, Uid={UniqueAddress.Uid}, status = {Status}, role=[{string.Join(',', Roles)}], upNumber={UpNumber})";

    internal Member With(MemberStatus status) => new(UniqueAddress, UpNumber, status, Roles);
}
