using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote;

namespace Akka.Cluster;

/// <summary>Makes a system's <see cref="Cluster"/>.</summary>
public class ClusterExtension : ExtensionIdProvider<Cluster>
{
    /// <inheritdoc/>
    public override Cluster CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>
/// A system's part in a cluster, whose members are rows with heartbeats in the journal's database: all that use the same database, and have joined,
/// are one cluster.
/// </summary>
public class Cluster : IExtension
{
    internal Cluster(ExtendedActorSystem system)
    {
        System = system;
        if (system.Provider is not ClusterActorRefProvider provider)
            throw new ConfigurationException($"the actor system {system.Name} has akka.actor.provider = {system.Settings.ProviderClass}; a cluster's member has cluster");
        Settings = new ClusterSettings(system.Settings.Config, system.Name);
        SelfUniqueAddress = new UniqueAddress(provider.DefaultAddress, AddressUidExtension.Uid(system));
        Membership = new Membership(system, Settings, SelfUniqueAddress);
        var shutdown = CoordinatedShutdown.Get(system);
        Add(CoordinatedShutdown.PhaseBeforeClusterShutdown, "leave", () => Membership.SetStatus(Membership.Owner, MemberStatus.Leaving));
        Add(CoordinatedShutdown.PhaseClusterLeave, "exit", () => Membership.SetStatus(Membership.Owner, MemberStatus.Exiting));
        Add(CoordinatedShutdown.PhaseClusterExitingDone, "be removed", Membership.Leave);
        if (!Settings.SeedNodes.IsEmpty) Membership.Join();

        void Add(string phase, string name, Func<Task> task) => shutdown.AddTask(phase, name, async () =>
        {
            await task().ConfigureAwait(false);
            return Done.Instance;
        });
    }

    /// <summary>What the configuration says.</summary>
    public ClusterSettings Settings { get; }

    /// <summary>This system's incarnation.</summary>
    public UniqueAddress SelfUniqueAddress { get; }

    /// <summary>This system's address.</summary>
    public Address SelfAddress => SelfUniqueAddress.Address;

    /// <summary>This system's roles.</summary>
    public ImmutableHashSet<string> SelfRoles => Settings.Roles;

    /// <summary>This system as a member; with the status <see cref="MemberStatus.Removed"/> when it is none.</summary>
    public Member SelfMember => Membership.View.Own?.Member ?? new Member(SelfUniqueAddress, int.MaxValue, MemberStatus.Removed, SelfRoles);

    /// <summary>The cluster as this process knows it.</summary>
    public ClusterEvent.CurrentClusterState State => Membership.View.State;

    /// <summary>Whether this system takes part.</summary>
    public bool IsUp => Membership.View.Own is { IsUp: true };

    /// <summary>Whether it took part and does no more.</summary>
    public bool IsTerminated => Membership.Removed.IsCompleted;

    /// <summary>The system.</summary>
    public ExtendedActorSystem System { get; }

    internal Membership Membership { get; }

    /// <summary>A system's cluster.</summary>
    /// <exception cref="ConfigurationException">Its provider is another than <c>cluster</c>.</exception>
    public static Cluster Get(ActorSystem system) => system.WithExtension<Cluster, ClusterExtension>();

    /// <summary>Sends an actor the cluster's state, then events of these types (or that implement them).</summary>
    public void Subscribe(IActorRef subscriber, params Type[] to) => Subscribe(subscriber, ClusterEvent.InitialStateAsSnapshot, to);

    /// <summary>Sends an actor events of these types (or that implement them), and before them what was.</summary>
    public void Subscribe(IActorRef subscriber, ClusterEvent.SubscriptionInitialStateMode initialStateMode, params Type[] to)
    {
        if (to.Length == 0) throw new ArgumentException("At least one `IClusterDomainEvent` class is required", nameof(to));
        if (Array.Find(to, type => !typeof(ClusterEvent.IClusterDomainEvent).IsAssignableFrom(type)) is { } wrong)
            throw new ArgumentException($"Subscribe to `IClusterDomainEvent` or subclasses, was [{wrong.Name}]", nameof(to));
        Membership.Subscribe(subscriber, initialStateMode, to);
    }

    /// <summary>Takes all subscriptions of an actor back.</summary>
    public void Unsubscribe(IActorRef subscriber) => System.EventStream.Unsubscribe(subscriber);

    /// <summary>Becomes a member.</summary>
    /// <param name="address">A member, or this system itself. The embedded engine does not ask it: the database says who is there.</param>
    public void Join(Address address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Membership.Join();
    }

    /// <inheritdoc cref="Join"/>
    public Task JoinAsync(Address address, CancellationToken token = default)
    {
        Join(address);
        return Membership.Up.WaitAsync(token);
    }

    /// <inheritdoc cref="Join"/>
    public void JoinSeedNodes(IEnumerable<Address> seedNodes)
    {
        ArgumentNullException.ThrowIfNull(seedNodes);
        Membership.Join();
    }

    /// <summary>Has a member hand over what it has and end its actor system.</summary>
    public void Leave(Address address)
    {
        if (address.Equals(SelfAddress))
        {
            CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
            return;
        }

        foreach (var node in Membership.View.Nodes.Where(node => node.IsUp && node.Member.Address.Equals(address)))
            _ = Membership.SetStatus(node.Owner, MemberStatus.Leaving);
    }

    /// <summary>Leaves.</summary>
    /// <returns>Done when this system is no member any more.</returns>
    public Task LeaveAsync() => LeaveAsync(CancellationToken.None);

    /// <inheritdoc cref="LeaveAsync()"/>
    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (!IsTerminated) Leave(SelfAddress);
        return Membership.Removed.WaitAsync(cancellationToken);
    }

    /// <summary>Declares a member dead, whatever it says.</summary>
    public void Down(Address address)
    {
        foreach (var node in Membership.View.Nodes.Where(node => node.Member.Address.Equals(address))) _ = Membership.Down(node.Owner);
    }

    /// <summary>Runs something when this system has become a member; at once where it is one.</summary>
    public void RegisterOnMemberUp(Action callback) => Membership.OnUp(callback);

    /// <summary>Runs something when this system is no member any more.</summary>
    public void RegisterOnMemberRemoved(Action callback) => Membership.OnRemoved(callback);
}
