using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf leave NODE</c>.</summary>
public sealed class LeaveCommand : OperatorCommand
{
    private readonly Argument<string> _node = OperatorArguments.Node();
    private readonly Option<string> _reason = OperatorArguments.Reason();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public LeaveCommand(OperatorConsole console)
        : base(console, "leave", "Have a node finish what it has begun, leave the cluster and end.")
    {
        Add(_node);
        Add(_reason);
    }

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) =>
        Act(result, client, "/api/leave", stop, [new("node", result.GetValue(_node)), new("reason", result.GetValue(_reason))]);
}
