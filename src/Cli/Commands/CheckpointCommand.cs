using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf checkpoint</c>: has the learner write a checkpoint now.</summary>
/// <param name="console">What it writes to.</param>
public sealed class CheckpointCommand(OperatorConsole console)
    : OperatorCommand(console, "checkpoint", "Write a checkpoint now, whatever the schedule says.")
{
    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) => Act(result, client, "/api/checkpoint", stop);
}
