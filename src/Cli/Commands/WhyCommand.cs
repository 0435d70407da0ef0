using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf why</c>: what holds the run up now.</summary>
/// <param name="console">What it writes to.</param>
public sealed class WhyCommand(OperatorConsole console)
    : OperatorCommand(console, "why", "Say what holds the run up now (generation, scoring, learning, the database or parameters), by which numbers, and what to do about it.")
{
    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop)
    {
        var why = await client.GetAsync<Bottleneck>("/api/why", stop).ConfigureAwait(false);
        if (IsJson(result)) Console.WriteJson(why);
        else Console.WriteLines(WhyText.Render(why, Console.Width));
        return ExitCode.Success;
    }
}
