using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf set KEY VALUE</c>: changes a setting of a run that goes on.</summary>
public sealed class SetCommand : OperatorCommand
{
    private readonly Argument<string> _key = new("KEY") { Description = "A setting that may change while a run goes on, such as rlhf.ppo.kl-coefficient." };
    private readonly Argument<string> _value = new("VALUE") { Description = "Its value from the next batch on." };
    private readonly Option<string> _reason = OperatorArguments.Reason();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public SetCommand(OperatorConsole console)
        : base(console, "set", "Change a setting of the run. It is journaled with the batch that it begins with, so that a replay is exact.")
    {
        _key.CompletionSources.Add(_ => LivePpoSettings.Keys);
        Add(_key);
        Add(_value);
        Add(_reason);
    }

    /// <inheritdoc/>
    protected override Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop) => Act(
        result, client, "/api/set", stop, [new("key", result.GetValue(_key)), new("value", result.GetValue(_value)), new("reason", result.GetValue(_reason))]);
}
