using System.CommandLine;
using ActorRlhf.Cli.Operator;

namespace ActorRlhf.Cli.Commands;

/// <summary>Options and arguments that mean the same on every command that steers a cluster.</summary>
public static class OperatorArguments
{
    /// <summary><c>--reason TEXT</c>: kept with the action in the audit journal.</summary>
    public static Option<string> Reason(bool isRequired = false) => new("--reason", "-m")
    {
        Description = "Why; it stands in the audit journal.",
        HelpName = "TEXT",
        Required = isRequired,
    };

    /// <summary><c>NODE</c>: a node of the cluster, by its name.</summary>
    public static Argument<string> Node()
    {
        var node = new Argument<string>("NODE") { Description = "The node's name, as rlhf topology shows it." };
        node.CompletionSources.Add(_ => NodeAddresses.Names(LastRun.Read()));
        return node;
    }
}
