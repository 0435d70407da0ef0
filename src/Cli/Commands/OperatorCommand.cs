using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary>A command that talks to a running cluster through one of its nodes.</summary>
public abstract class OperatorCommand : Command
{
    private readonly OperatorOptions _options;
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <param name="console">What it writes to.</param>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="hasJson">Whether it has a result that may be JSON.</param>
    protected OperatorCommand(OperatorConsole console, string name, string description, bool hasJson = true)
        : base(name, description)
    {
        Console = console;
        _options = new OperatorOptions(this);
        if (hasJson) Add(_json);
        SetAction(Run);
    }

    /// <summary>What it writes to.</summary>
    protected OperatorConsole Console { get; }

    /// <summary>Does what the command is for.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="client">Talks to the cluster.</param>
    /// <param name="stop">Ctrl-C.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    protected abstract Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop);

    /// <summary>Whether the result is to be JSON.</summary>
    protected bool IsJson(ParseResult result) => result.GetValue(_json);

    /// <summary>Has something done, and says what was.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="client">Talks to the cluster.</param>
    /// <param name="path">What, such as <c>/api/pause</c>.</param>
    /// <param name="stop">Ctrl-C.</param>
    /// <param name="query">With what; null values are left out.</param>
    protected async Task<int> Act(ParseResult result, OperatorClient client, string path, CancellationToken stop, params IEnumerable<KeyValuePair<string, string?>> query)
    {
        var done = await client.PostAsync(path, stop, query).ConfigureAwait(false);
        if (IsJson(result)) Console.WriteJson(new { Done = done });
        else Console.WriteLine(PlainText.Line(done));
        return ExitCode.Success;
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        using var client = await _options.ConnectAsync(result, stop).ConfigureAwait(false);
        return await RunAsync(result, client, stop).ConfigureAwait(false);
    }
}
