using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf logs NODE</c>: a node's log.</summary>
public sealed class LogsCommand : OperatorCommand
{
    private readonly Argument<string> _node = OperatorArguments.Node();
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what is logged from now on, until Ctrl-C." };
    private readonly Option<int> _lines = new("--lines", "-n") { Description = "How many of its last lines.", HelpName = "N", DefaultValueFactory = _ => 200 };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public LogsCommand(OperatorConsole console)
        : base(console, "logs", "Show a node's log, also that of a node of this run's folder that is dead.", hasJson: false)
    {
        Add(_node);
        Add(_follow);
        Add(_lines.Within(0, LogEndpoint.MostLines));
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop)
    {
        var (node, isFollowed) = (result.GetValue(_node)!, result.GetValue(_follow));
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"/api/logs?node={Uri.EscapeDataString(node)}&lines={result.GetValue(_lines)}&follow={(isFollowed ? "true" : "false")}");
        using var answer = await client.OpenAsync(path, stop).ConfigureAwait(false);
        if (answer.Headers.TryGetValues(LogEndpoint.NoteHeader, out var notes)) await Console.Error.WriteLineAsync($"rlhf: {string.Join(' ', notes)}").ConfigureAwait(false);
        try
        {
            using var log = new StreamReader(await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false));
            while (await log.ReadLineAsync(stop).ConfigureAwait(false) is { } line)
            {
                if (!Console.IsTerminal) Console.WriteLine(line);
                else foreach (var part in LogLine.Readable(line).Split('\n')) Console.WriteLine(PlainText.Line(part.TrimEnd('\r')));
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new UserErrorException($"the log of {node} breaks off: the node, or the one that passed it on, is gone; ask again to go on", e);
        }

        return ExitCode.Success;
    }
}
