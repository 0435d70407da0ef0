using System.Globalization;
using ActorRlhf.Model;
using Akka.Actor;
using Akka.Cluster;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Who may be in a cluster: nodes of the same protocol and the same run. Both are among a member's roles, where every other member sees them, so that a node finds out before it
/// does anything. Who came first decides what the run is.
/// </summary>
internal static class ClusterEntry
{
    /// <summary>Raised when a message between nodes, or an event, changes its meaning.</summary>
    public const int ProtocolVersion = 1;

    private const string Protocol = "protocol-";
    private const string Run = "run-";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6); // in which members that were killed are found dead
    private static readonly TimeSpan JoinPatience = TimeSpan.FromMinutes(1);
    private static readonly Comparer<Member> OldestFirst = Comparer<Member>.Create((one, other) => one.IsOlderThan(other) ? -1 : other.IsOlderThan(one) ? 1 : 0);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>The roles that say what a node is of.</summary>
    public static IReadOnlyList<string> Roles(string fingerprint, int protocol) => [string.Create(CultureInfo.InvariantCulture, $"{Protocol}{protocol}"), Run + fingerprint];

    /// <summary>Becomes a member, unless older ones are of another protocol or run.</summary>
    /// <param name="system">The node's actor system.</param>
    /// <param name="fingerprint">The run's.</param>
    /// <param name="protocol">The version that it speaks.</param>
    /// <param name="trouble">The last thing that the system has complained of.</param>
    /// <exception cref="UserErrorException">They are, or the database does not answer.</exception>
    public static async Task Enter(ActorSystem system, string fingerprint, int protocol, Func<string?> trouble)
    {
        var cluster = Cluster.Get(system);
        using (var join = new CancellationTokenSource(JoinPatience))
        {
            try
            {
                await cluster.JoinAsync(cluster.SelfAddress, join.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (join.IsCancellationRequested)
            {
                throw new UserErrorException(
                    $"the node has not become a member of the cluster in {JoinPatience.TotalSeconds} s{(trouble() is { } last ? $": {last}" : "")}; see that the database runs "
                    + "(rlhf.cluster.connection-string) and start the node again");
            }
        }

        var mine = Roles(fingerprint, protocol);
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(Look);
        while (Strangers(cluster, mine) is { } strangers)
        {
            try
            {
                await timer.WaitForNextTickAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new UserErrorException(strangers);
            }
        }
    }

    private static string? Strangers(Cluster cluster, IReadOnlyList<string> mine)
    {
        var self = cluster.SelfMember;
        foreach (var member in cluster.State.Members.Where(member => member.Status is MemberStatus.Up && member.IsOlderThan(self)).Order(OldestFirst))
        {
            if (Other(member, Protocol, mine[0]) is { } protocol)
                return $"the node at {member.Address} speaks {protocol} and this one {mine[0]}; run the same version of the program on all nodes";
            if (Other(member, Run, mine[1]) is { } run)
            {
                return $"the node at {member.Address} is of another run: {RunFingerprint.Difference(mine[1][Run.Length..], run[Run.Length..])}; start this node with the run's own "
                    + "config.conf and models, or give it another database (rlhf.cluster.connection-string)";
            }
        }

        return null;
    }

    private static string? Other(Member member, string kind, string mine) =>
        member.Roles.FirstOrDefault(role => role.StartsWith(kind, StringComparison.Ordinal)) is var role && role != mine ? role ?? kind + "none" : null;
}
