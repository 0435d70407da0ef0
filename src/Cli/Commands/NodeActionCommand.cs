using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf drain NODE</c>.</summary>
public sealed class DrainCommand : OperatorCommand
{
    private readonly Argument<string> _node = OperatorArguments.Node();
    private readonly Option<string> _reason = OperatorArguments.Reason();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public DrainCommand(OperatorConsole console)
        : base(console, "drain", "Have a node take no new work, and finish what it has begun; it stays in the cluster.")
    {
        Add(_node);
        Add(_reason);
    }

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) =>
        Act(result, client, "/api/drain", stop, [new("node", result.GetValue(_node)), new("reason", result.GetValue(_reason))]);
}
