using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf resume</c>: lets training go on.</summary>
public sealed class ResumeCommand : OperatorCommand
{
    private readonly Option<string> _reason = OperatorArguments.Reason();
    private readonly Option<string[]> _accept = new("--accept-alarm")
    {
        Description = "The alarms that are known and do not stop training any more, such as KL.",
        HelpName = "ALARM",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public ResumeCommand(OperatorConsole console)
        : base(console, "resume", "Go on with training that an operator or an alarm has paused.")
    {
        _accept.CompletionSources.Add(_ => AlarmMetrics.All.Select(metric => metric.Name()));
        Add(_accept);
        Add(_reason);
    }

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) => Act(
        result,
        client,
        "/api/resume",
        stop,
        [new("reason", result.GetValue(_reason)), .. (result.GetValue(_accept) ?? []).Select(alarm => new KeyValuePair<string, string?>("accept", alarm))]);
}
