using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf checkpoint</c>: has the learner write a checkpoint now.</summary>
public sealed class CheckpointCommand : OperatorCommand
{
    private readonly Option<string> _reason = OperatorArguments.Reason();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public CheckpointCommand(OperatorConsole console)
        : base(console, "checkpoint", "Write a checkpoint now, whatever the schedule says, and wait until it is there.") => Add(_reason);

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) =>
        Act(result, client, "/api/checkpoint", stop, new KeyValuePair<string, string?>("reason", result.GetValue(_reason)));
}
