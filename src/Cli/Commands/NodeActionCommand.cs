using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary>What is asked of one node: <c>rlhf drain NODE</c>, <c>rlhf leave NODE</c>.</summary>
public sealed class NodeActionCommand : OperatorCommand
{
    private readonly Argument<string> _node = OperatorArguments.Node();
    private readonly Option<string> _reason = OperatorArguments.Reason();
    private readonly string _path;

    private NodeActionCommand(OperatorConsole console, string name, string description)
        : base(console, name, description)
    {
        _path = $"/api/{name}";
        Add(_node);
        Add(_reason);
    }

    /// <summary><c>rlhf drain NODE</c>.</summary>
    /// <param name="console">What it writes to.</param>
    public static NodeActionCommand Drain(OperatorConsole console) =>
        new(console, "drain", "Have a node take no new work, and finish what it has begun; it stays in the cluster.");

    /// <summary><c>rlhf leave NODE</c>.</summary>
    /// <param name="console">What it writes to.</param>
    public static NodeActionCommand Leave(OperatorConsole console) =>
        new(console, "leave", "Have a node finish what it has begun, leave the cluster and end.");

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) =>
        Act(result, client, _path, stop, [new("node", result.GetValue(_node)), new("reason", result.GetValue(_reason))]);
}
