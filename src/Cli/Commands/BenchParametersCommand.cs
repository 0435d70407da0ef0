using System.CommandLine;
using System.Diagnostics;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Benchmarks;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf bench parameters</c>: how fast a version of the parameters gets to several processes.</summary>
public sealed class BenchParametersCommand : Command
{
    private const int MostMegabytes = 2000; // a plain copy is one array

    private readonly OperatorConsole _console;
    private readonly TextReader _input;
    private readonly Option<int> _megabytes = CommonOptions.Within("--mb", "Megabytes (10^6 bytes) of parameters.", 500, 1, MostMegabytes);
    private readonly Option<int> _processes = CommonOptions.Within("--processes", "Processes that fetch them.", 4, 1, 64);
    private readonly Option<int> _rounds = CommonOptions.Within("--rounds", "Rounds that count; the median does.", 3, 1, 100);
    private readonly Option<bool> _node = new("--node") { Description = "Be one of the processes.", Hidden = true };
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    /// <param name="input">Standard input.</param>
    public BenchParametersCommand(OperatorConsole console, TextReader input)
        : base("parameters", "Parameters to several processes, every chunk checked, beside plain TCP copies of the same bytes.")
    {
        (_console, _input) = (console, input);
        Add(_megabytes);
        Add(_processes);
        Add(_rounds);
        Add(_node);
        Add(_json);
        SetAction(Run);
    }

    private static Process Start()
    {
        var start = OwnProcess.With("bench", "parameters", "--node");
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        return Process.Start(start)!;
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        if (result.GetValue(_node))
        {
            await ParameterTransferNode.RunAsync(_input, _console.Out, stop).ConfigureAwait(false);
            return ExitCode.Success;
        }

        var transfer = new ParameterTransfer
        {
            Bytes = result.GetValue(_megabytes) * 1_000_000,
            Processes = result.GetValue(_processes),
            Rounds = result.GetValue(_rounds),
            Start = Start,
        };
        var measured = await transfer.RunAsync(_console.Announce, stop).ConfigureAwait(false);
        if (result.GetValue(_json)) _console.WriteJson(measured);
        else Write(measured);
        return ExitCode.Success;
    }

    private void Write(ParameterTransferResult measured)
    {
        _console.WriteTable(["", "MB/s", "goal"],
        [
            ["plain TCP copies", Text($"{measured.CopyMegabytesPerSecond:0}"), ""],
            ["parameters, checked", Text($"{measured.FetchMegabytesPerSecond:0}"), ""],
            ["ratio", Text($"{measured.Ratio:0.00}"), "at least 0.5"],
            ["uploads of the learner", Text($"{measured.LearnerUploads:0.00}"), "at most 2"],
        ]);
        _console.WriteLine(Text(
            $"{measured.Megabytes:0} MB to {measured.Processes} processes, {measured.ChunksChecked} chunks checked a round; {measured.Processors} processors, load average before {measured.LoadBefore:0.0}"));
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
