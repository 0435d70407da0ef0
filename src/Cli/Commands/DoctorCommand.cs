using System.CommandLine;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Diagnosis;
using Spectre.Console;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf doctor</c>: says what the program runs on, each line ok or with its remedy.</summary>
public sealed class DoctorCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public DoctorCommand(OperatorConsole console)
        : base("doctor", "Say what this runs on: engine, BLAS, threads, speed, GPUs, database; each line ok or with its remedy.")
    {
        _console = console;
        Add(_json);
        SetAction(Run);
    }

    /// <summary>Writes findings and says how the command ends.</summary>
    /// <param name="console">What to write to.</param>
    /// <param name="findings">What was found; they are written as they come.</param>
    /// <param name="isJson">Whether a program reads it.</param>
    /// <returns>An <see cref="ExitCode"/>: a failure when something does not work; a warning is none.</returns>
    public static int Write(OperatorConsole console, IEnumerable<Finding> findings, bool isJson)
    {
        var all = new List<Finding>();
        foreach (var finding in findings)
        {
            all.Add(finding);
            if (!isJson)
                WriteLine(console, finding);
        }

        var worst = all.Max(finding => finding.State);
        if (isJson)
            console.WriteJson(new { State = worst, Findings = all });
        return worst == FindingState.Failed ? ExitCode.Failure : ExitCode.Success;
    }

    private static void WriteLine(OperatorConsole console, Finding finding)
    {
        var (word, colour) = finding.State switch
        {
            FindingState.Ok => ("ok", Color.Green),
            FindingState.Warning => ("warning", Color.Yellow),
            _ => ("failed", Color.Red),
        };
        console.Screen.Write(new Text(word.PadRight(9), new Style(colour)));
        console.Screen.WriteLine($"{finding.Name,-17} {finding.Value}");
        if (finding.Remedy is { } remedy)
            console.Screen.WriteLine($"{"",9}{"",-17} -> {remedy}");
    }

    private int Run(ParseResult result) => Write(_console, Doctor.Examine("."), result.GetValue(_json));
}
