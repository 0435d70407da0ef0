using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf pause</c>: pulls the cord.</summary>
public sealed class PauseCommand : OperatorCommand
{
    private readonly Option<string> _reason = OperatorArguments.Reason(isRequired: true);

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public PauseCommand(OperatorConsole console)
        : base(console, "pause", "Pause training after the batch under way. Everything is kept, and waits for rlhf resume.") => Add(_reason);

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) =>
        Act(result, client, "/api/pause", stop, new KeyValuePair<string, string?>("reason", result.GetValue(_reason)));
}
