using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Benchmarks;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf bench unequal</c>: whether a slow rollout holds up a fast one.</summary>
public sealed class BenchUnequalCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly Option<double> _slowdown = CommonOptions.Within<double>("--slowdown", "How many times slower the slow one is.", 10, 1, 1000);
    private readonly Option<int> _lag = CommonOptions.Within("--max-policy-lag", "How stale an episode may be.", 1, 0, 1000);
    private readonly Option<double> _fixed = CommonOptions.Within("--fixed-share", "The share of a step's time that it takes however few sequences there are: 0 a processor, near 1 a GPU.", 0.1, 0, 1);
    private readonly Option<double> _seconds = CommonOptions.Within<double>("--seconds", "How long each is measured, after as long a time to settle.", 20, 1, 3600);
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public BenchUnequalCommand(OperatorConsole console)
        : base("unequal", "Episodes a second of a fast rollout, of a slow one, and of both together.")
    {
        _console = console;
        foreach (var option in new Option[] { _slowdown, _lag, _fixed, _seconds, _json }) Add(option);
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("rlhf-bench-").FullName;
        try
        {
            var bench = new UnequalBench(
                folder, result.GetValue(_slowdown), result.GetValue(_lag), result.GetValue(_fixed), TimeSpan.FromSeconds(result.GetValue(_seconds)));
            var measured = await bench.RunAsync(_console.Announce, stop).ConfigureAwait(false);
            if (result.GetValue(_json)) _console.WriteJson(measured);
            else _console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"together {100 * measured.ShareOfSum:F1}% of the sum of both alone (goal: within 10%)"));
            return ExitCode.Success;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
