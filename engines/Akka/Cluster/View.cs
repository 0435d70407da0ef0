using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Persistence.Sql;

namespace Akka.Cluster;

/// <summary>A member as its row says, with what only the engine's parts want to know.</summary>
/// <param name="Owner">What leases know it by.</param>
/// <param name="Member">Who it is.</param>
/// <param name="Regions">The kinds of entities that it has a shard region for.</param>
/// <param name="Reachable">Whether it was heard within the acceptable pause.</param>
internal sealed record Node(string Owner, Member Member, ImmutableHashSet<string> Regions, bool Reachable)
{
    private const char RegionMark = '#';

    public bool IsUp => Member.Status == MemberStatus.Up;

    public bool HasRole(string role) => role.Length == 0 || Member.HasRole(role);

    public bool SameAs(Node other) => Member.Status == other.Member.Status && Reachable == other.Reachable && Regions.SetEquals(other.Regions);

    /// <summary>What the row's roles say: the roles, and the regions with a mark before them.</summary>
    public static string Roles(IEnumerable<string> roles, IEnumerable<string> regions) =>
        string.Join(',', roles.Order(StringComparer.Ordinal).Concat(regions.Order(StringComparer.Ordinal).Select(region => RegionMark + region)));

    public static Node Of(Persistence.Sql.Member row, TimeSpan acceptablePause)
    {
        var hash = row.Owner.LastIndexOf('#');
        var address = new UniqueAddress(Address.Parse(row.Owner[..hash]), int.Parse(row.Owner.AsSpan(hash + 1), CultureInfo.InvariantCulture));
        var status = row.Status == Coordination.Dead ? MemberStatus.Down : Enum.Parse<MemberStatus>(row.Status);
        var words = row.Roles.Split(',', StringSplitOptions.RemoveEmptyEntries).ToLookup(word => word[0] == RegionMark);
        return new Node(row.Owner, new Member(address, row.Number, status, [.. words[false]]), [.. words[true].Select(word => word[1..])], row.Silence <= acceptablePause);
    }
}

/// <summary>Everybody who takes part, the oldest first, without the dead. Published on the event stream whenever it has changed.</summary>
internal sealed record View(string Self, ImmutableList<Node> Nodes)
{
    public Node? Own => Nodes.Find(node => node.Owner == Self);

    /// <summary>Who has the singletons of a role: the oldest that is up.</summary>
    public Node? Oldest(string role) => Nodes.Find(node => node.IsUp && node.HasRole(role));

    public ClusterEvent.CurrentClusterState State => new(
        [.. Nodes.Select(node => node.Member)],
        [.. Nodes.Where(node => !node.Reachable).Select(node => node.Member)],
        Nodes.Where(node => node.IsUp).Select(node => node.Member.Address).Min());

    /// <summary>What has happened between two views.</summary>
    /// <param name="before">The earlier one.</param>
    /// <param name="dead">Those of the earlier one that were declared dead.</param>
    public IEnumerable<ClusterEvent.IClusterDomainEvent> Since(View before, ISet<string> dead)
    {
        var earlier = before.Nodes.ToDictionary(node => node.Owner);
        foreach (var gone in before.Nodes.Where(node => !Nodes.Exists(now => now.Owner == node.Owner)))
        {
            var last = dead.Contains(gone.Owner) ? MemberStatus.Down : MemberStatus.Exiting;
            foreach (var change in Steps(gone.Member, gone.Member.Status, last)) yield return change;
            yield return new ClusterEvent.MemberRemoved(gone.Member.With(MemberStatus.Removed), last);
        }

        foreach (var node in Nodes)
        {
            earlier.TryGetValue(node.Owner, out var then);
            foreach (var change in Steps(node.Member, then?.Member.Status ?? MemberStatus.Joining, node.Member.Status)) yield return change;
            if ((then?.Reachable ?? true) != node.Reachable)
                yield return node.Reachable ? new ClusterEvent.ReachableMember(node.Member) : new ClusterEvent.UnreachableMember(node.Member);
        }

        if (State.Leader is var leader && leader != before.State.Leader) yield return new ClusterEvent.LeaderChanged(leader);
    }

    // Who looks once a second may miss a step; subscribers hear of every one.
    private static IEnumerable<ClusterEvent.IMemberEvent> Steps(Member member, MemberStatus from, MemberStatus to)
    {
        if (to == MemberStatus.Down)
        {
            yield return new ClusterEvent.MemberDowned(member.With(MemberStatus.Down));
            yield break;
        }

        for (var status = from + 1; status <= to; status++)
        {
            yield return status switch
            {
                MemberStatus.Up => new ClusterEvent.MemberUp(member.With(status)),
                MemberStatus.Leaving => new ClusterEvent.MemberLeft(member.With(status)),
                _ => new ClusterEvent.MemberExited(member.With(status)),
            };
        }
    }
}
