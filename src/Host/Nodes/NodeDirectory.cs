using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Cluster;

namespace ActorRlhf.Host.Nodes;

/// <summary>
/// Who is in the cluster and where its control port is, and who was lately. A node's name and HTTP address are among its roles in the membership, where every other member sees them.
/// May be asked from any thread.
/// </summary>
/// <param name="clock">Times when members were last there.</param>
public sealed class NodeDirectory(TimeProvider clock)
{
    private const string Prefix = "node-"; // and what every engine takes in a role, unquoted: letters, digits, - and _
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(15); // for which one that has gone is listed
    private readonly Lock _lock = new();
    private readonly Dictionary<Address, KnownNode> _nodes = [];

    /// <summary>The members, and those who were lately, by their names. A member of the same name as one that has gone is its successor and stands for both.</summary>
    public IReadOnlyList<KnownNode> Nodes
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. _nodes.Values.GroupBy(node => node.Name).Select(same => same.OrderByDescending(node => node.GoneSince is null).ThenByDescending(node => node.Started).First())
                        .OrderBy(node => node.Name, StringComparer.Ordinal),
                ];
            }
        }
    }

    /// <summary>A node by its name; null where there is none.</summary>
    public KnownNode? Find(string name) => Nodes.FirstOrDefault(node => node.Name == name);

    /// <summary>Who is at an address of the cluster; null where nobody is known to have been.</summary>
    public KnownNode? Find(Address member)
    {
        lock (_lock) return _nodes.GetValueOrDefault(member);
    }

    /// <summary>The role that tells others of a node.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="http">Its control port.</param>
    /// <param name="started">Since when it has been there.</param>
    public static string Role(string name, string http, DateTimeOffset started) =>
        Prefix + Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new Facts(name, http, started.ToUnixTimeMilliseconds()))).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    /// <summary>Takes in who is there now.</summary>
    /// <param name="state">The cluster, as the node sees it.</param>
    public void Look(ClusterEvent.CurrentClusterState state)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            var there = new HashSet<Address>();
            foreach (var member in state.Members.Where(member => member.Status is not MemberStatus.Removed and not MemberStatus.Down))
            {
                if (Read(member) is not { } facts) continue;
                there.Add(member.Address);
                var status = state.Unreachable.Contains(member) ? "unreachable" : member.Status.ToString().ToLowerInvariant();
                _nodes[member.Address] = new KnownNode(facts.Name, member.Address, facts.Http, Roles(member), DateTimeOffset.FromUnixTimeMilliseconds(facts.Started), status, null);
            }

            foreach (var (address, node) in _nodes.Where(node => !there.Contains(node.Key)).ToList())
            {
                if (node.GoneSince is null) _nodes[address] = node with { Status = "gone", GoneSince = now };
                else if (now - node.GoneSince > Memory) _nodes.Remove(address);
            }
        }
    }

    private static IReadOnlyList<string> Roles(Member member) => [.. NodeRoles.All.Names().Where(member.HasRole)];

    private static Facts? Read(Member member)
    {
        if (member.Roles.FirstOrDefault(role => role.StartsWith(Prefix, StringComparison.Ordinal)) is not { } role) return null;
        try
        {
            var text = role[Prefix.Length..].Replace('-', '+').Replace('_', '/');
            return JsonSerializer.Deserialize<Facts>(Encoding.UTF8.GetString(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='))));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null; // of another version of the program
        }
    }

    private sealed record Facts(string Name, string Http, long Started);
}
