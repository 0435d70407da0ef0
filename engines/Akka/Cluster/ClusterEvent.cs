using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;

namespace Akka.Cluster;

/// <summary>What subscribers of <see cref="Cluster.Subscribe(IActorRef, Type[])"/> are sent.</summary>
public class ClusterEvent
{
    /// <summary>How a subscriber hears of what was before.</summary>
    public enum SubscriptionInitialStateMode
    {
        /// <summary>As a <see cref="CurrentClusterState"/>.</summary>
        InitialStateAsSnapshot,

        /// <summary>As the events that led there.</summary>
        InitialStateAsEvents,
    }

    /// <inheritdoc cref="SubscriptionInitialStateMode.InitialStateAsSnapshot"/>
    public static readonly SubscriptionInitialStateMode InitialStateAsSnapshot = SubscriptionInitialStateMode.InitialStateAsSnapshot;

    /// <inheritdoc cref="SubscriptionInitialStateMode.InitialStateAsEvents"/>
    public static readonly SubscriptionInitialStateMode InitialStateAsEvents = SubscriptionInitialStateMode.InitialStateAsEvents;

    /// <summary>Any event.</summary>
    public interface IClusterDomainEvent : IDeadLetterSuppression;

    /// <summary>An event of a member's life.</summary>
    public interface IMemberEvent : IClusterDomainEvent
    {
        /// <summary>Whose.</summary>
        Member Member { get; }
    }

    /// <summary>A member falls silent, or is heard again.</summary>
    public interface IReachabilityEvent : IClusterDomainEvent
    {
        /// <summary>Who.</summary>
        Member Member { get; }
    }

    /// <summary>The cluster as this process knows it.</summary>
    public sealed class CurrentClusterState(ImmutableSortedSet<Member> members, ImmutableHashSet<Member> unreachable, Address? leader)
    {
        /// <summary>The members, by address.</summary>
        public ImmutableSortedSet<Member> Members { get; } = members;

        /// <summary>Those that are silent.</summary>
        public ImmutableHashSet<Member> Unreachable { get; } = unreachable;

        /// <summary>The first of the members that are up, by address; null where there is none.</summary>
        public Address? Leader { get; } = leader;

        /// <summary>The members' roles.</summary>
        public ImmutableHashSet<string> AllRoles => [.. Members.SelectMany(member => member.Roles)];
    }

    /// <summary>A member is in another status.</summary>
    public abstract class MemberStatusChange(Member member) : IMemberEvent
    {
        /// <inheritdoc/>
        public Member Member { get; } = member;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is MemberStatusChange other && GetType() == other.GetType() && Member.Equals(other.Member);

        /// <inheritdoc/>
        public override int GetHashCode() => Member.GetHashCode();

        /// <inheritdoc/>
        public override string ToString() => $"{GetType()}(Member={Member})";
    }

    /// <summary>A member takes part.</summary>
    public sealed class MemberUp(Member member) : MemberStatusChange(member);

    /// <summary>A member begins to leave.</summary>
    public sealed class MemberLeft(Member member) : MemberStatusChange(member);

    /// <summary>A member hands over.</summary>
    public sealed class MemberExited(Member member) : MemberStatusChange(member);

    /// <summary>A member was declared dead.</summary>
    public sealed class MemberDowned(Member member) : MemberStatusChange(member);

    /// <summary>A member is gone.</summary>
    public sealed class MemberRemoved(Member member, MemberStatus previousStatus) : MemberStatusChange(member)
    {
        /// <summary><see cref="MemberStatus.Down"/> for one that was declared dead, else <see cref="MemberStatus.Exiting"/>.</summary>
        public MemberStatus PreviousStatus { get; } = previousStatus;
    }

    /// <summary>Another member is the first by address.</summary>
    public sealed class LeaderChanged(Address? leader) : IClusterDomainEvent
    {
        /// <summary>Who; null where there is none.</summary>
        public Address? Leader { get; } = leader;
    }

    /// <summary>This system's part in the cluster ends.</summary>
    public sealed class ClusterShuttingDown : IClusterDomainEvent
    {
        /// <summary>The only instance.</summary>
        public static readonly IClusterDomainEvent Instance = new ClusterShuttingDown();

        private ClusterShuttingDown()
        {
        }
    }

    /// <inheritdoc cref="IReachabilityEvent"/>
    public abstract class ReachabilityEvent(Member member) : IReachabilityEvent
    {
        /// <inheritdoc/>
        public Member Member { get; } = member;

        /// <inheritdoc/>
        public override string ToString() => $"{GetType()}(Member={Member})";
    }

    /// <summary>A member is silent for longer than <c>acceptable-heartbeat-pause</c>.</summary>
    public sealed class UnreachableMember(Member member) : ReachabilityEvent(member);

    /// <summary>It is heard again.</summary>
    public sealed class ReachableMember(Member member) : ReachabilityEvent(member);
}
