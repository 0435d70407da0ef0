using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Benchmarks;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf bench coordination</c>: what actors, journal and cluster cost in a real run.</summary>
public sealed class BenchCoordinationCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly SettingsOptions _settings;
    private readonly Option<int> _batches = CommonOptions.Within("--batches", "Batches of a run; the second half is measured.", 24, 3, 10_000);
    private readonly Option<int> _rounds = CommonOptions.Within("--rounds", "Runs of each kind.", 3, 1, 10_000);
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public BenchCoordinationCommand(OperatorConsole console)
        : base("coordination", "The same PPO with actors and in a plain loop: what coordination costs.")
    {
        _console = console;
        _settings = new SettingsOptions(this, UpCommand.Configuration).WithSeed().WithData();
        _settings.AddShort(new Option<string?>("--model") { Description = "The policy's folder.", HelpName = "DIR" }, "cluster.model");
        _settings.AddShort(new Option<string?>("--reward") { Description = "The reward model's folder.", HelpName = "DIR" }, "cluster.reward");
        foreach (var option in new Option[] { _batches, _rounds, _json }) Add(option);
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        var bench = new Coordination(_settings.ReadRun(result), result.GetValue(_batches), result.GetValue(_rounds));
        var measured = await bench.RunAsync(_console.Announce, stop).ConfigureAwait(false);
        if (result.GetValue(_json))
        {
            _console.WriteJson(measured);
            return ExitCode.Success;
        }

        _console.WriteTable(["", "Seconds a batch", "Processor seconds"], [Row("plain loop", measured.Plain), Row("actors", measured.Actors)]);
        _console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"coordination costs {100 * measured.Overhead:F1}% of the time and {100 * measured.ProcessorOverhead:F1}% of processor time (goal: below 3%); both ended with the same weights"));
        return ExitCode.Success;

        static string[] Row(string name, BatchCost cost) =>
            [name, cost.Seconds.ToString("F3", CultureInfo.InvariantCulture), cost.ProcessorSeconds.ToString("F3", CultureInfo.InvariantCulture)];
    }
}
