using System.Globalization;
using ActorRlhf.Model;
using Akka.Actor;
using Akka.Cluster;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Who may be in a cluster: nodes of the same protocol and the same run. Both are among a member's roles, where every other member sees them, so that a node finds out before it
/// does anything.
/// </summary>
internal static class ClusterEntry
{
    /// <summary>Raised when a message between nodes, or an event, changes its meaning.</summary>
    public const int ProtocolVersion = 1;

    private const string Protocol = "protocol-";
    private const string Run = "run-";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10); // in which members that were killed are found dead
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>The roles that say what a node is of.</summary>
    public static IReadOnlyList<string> Roles(string fingerprint) => [string.Create(CultureInfo.InvariantCulture, $"{Protocol}{ProtocolVersion}"), Run + fingerprint];

    /// <summary>Becomes a member, unless the others are of another protocol or run.</summary>
    /// <exception cref="UserErrorException">They are.</exception>
    public static async Task Enter(ActorSystem system, string fingerprint)
    {
        var cluster = Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress).ConfigureAwait(false);
        var mine = Roles(fingerprint);
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
        foreach (var member in cluster.State.Members.Where(member => member.Status is MemberStatus.Up && !member.Address.Equals(cluster.SelfAddress)))
        {
            if (Other(member, Protocol, mine[0]) is { } protocol)
                return $"the node at {member.Address} speaks {protocol} and this one {mine[0]}; run the same version of the program on all nodes";
            if (Other(member, Run, mine[1]) is { } run)
            {
                return $"the node at {member.Address} is of {run} and this one of {mine[1]}: model, reward model, data or settings differ, or the database is another run's; "
                    + "start this node with the run's own config.conf and models, or give it another database";
            }
        }

        return null;
    }

    private static string? Other(Member member, string kind, string mine) =>
        member.Roles.FirstOrDefault(role => role.StartsWith(kind, StringComparison.Ordinal)) is var role && role != mine ? role ?? $"no {kind.TrimEnd('-')} at all" : null;
}
