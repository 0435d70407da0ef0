using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf audit</c>: who did what, when and why.</summary>
public sealed class AuditCommand : OperatorCommand
{
    private const int Most = 1_000;

    private readonly Option<int> _last = new("--last", "-n") { Description = "How many of the last actions.", HelpName = "N", DefaultValueFactory = _ => 100 };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public AuditCommand(OperatorConsole console)
        : base(console, "audit", "Show what operators have done, or tried to: who, when, from where, why, and what came of it.")
    {
        Add(_last.Within(1, Most));
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult result, OperatorClient client, CancellationToken stop)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/audit?last={result.GetValue(_last)}");
        var entries = await client.GetAsync<IReadOnlyList<AuditEntry>>(path, stop).ConfigureAwait(false);
        if (IsJson(result)) Console.WriteJson(entries);
        else if (entries.Count == 0) Console.WriteLine("Nothing was done.");
        else foreach (var entry in entries) Write(entry);
        return ExitCode.Success;
    }

    // Two or three lines each: reasons and outcomes are sentences, for which a table of 80 columns has no room.
    private void Write(AuditEntry entry)
    {
        var at = entry.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var what = entry.Argument.Length > 0 ? $"{entry.Action} {entry.Argument}" : entry.Action;
        Console.WriteLine(PlainText.Line($"{at}  {entry.Operator} ({entry.From}): {what}"));
        if (entry.Reason.Length > 0) Console.WriteLine($"    why: {PlainText.Line(entry.Reason)}");
        var outcome = entry.Done switch { true => "done", false => "not done", null => "unknown" };
        Console.WriteLine($"    {outcome}: {PlainText.Line(entry.Outcome ?? "the node ended meanwhile, or is still at it")}");
    }
}
