using ActorRlhf.Model;

namespace ActorRlhf.Host.Nodes;

/// <summary>What a node does; the names are those of the cluster's roles.</summary>
[Flags]
public enum NodeRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>May be the learner; of several such nodes one is, the others stand by.</summary>
    Learner = 1,

    /// <summary>Has episode shards.</summary>
    Episodes = 2,

    /// <summary>Writes responses.</summary>
    Rollout = 4,

    /// <summary>Scores responses.</summary>
    Scorer = 8,

    /// <summary>Everything.</summary>
    All = Learner | Episodes | Rollout | Scorer,
}

/// <summary>Roles as words.</summary>
public static class NodeRoleNames
{
    private static readonly NodeRoles[] Each = [NodeRoles.Learner, NodeRoles.Episodes, NodeRoles.Rollout, NodeRoles.Scorer];

    /// <summary>A role's name in the cluster and on the command line.</summary>
    public static string Name(this NodeRoles role) => role.ToString().ToLowerInvariant();

    /// <summary>The names of several roles.</summary>
    public static IReadOnlyList<string> Names(this NodeRoles roles) => [.. Each.Where(role => roles.HasFlag(role)).Select(role => role.Name())];

    /// <summary>Reads names with commas between them.</summary>
    /// <exception cref="UserErrorException">There is none, or one is unknown.</exception>
    public static NodeRoles Parse(string text)
    {
        var roles = NodeRoles.None;
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var role = Each.FirstOrDefault(role => role.Name() == word);
            if (role == NodeRoles.None) throw new UserErrorException($"{word} is no role; roles are {string.Join(", ", NodeRoles.All.Names())}");
            roles |= role;
        }

        return roles != NodeRoles.None ? roles : throw new UserErrorException($"a node needs a role; roles are {string.Join(", ", NodeRoles.All.Names())}");
    }
}
