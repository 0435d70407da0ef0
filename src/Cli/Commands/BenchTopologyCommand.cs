using System.CommandLine;
using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Benchmarks;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf bench topology</c>: how long the topology of a large cluster takes.</summary>
public sealed class BenchTopologyCommand : Command
{
    private readonly OperatorConsole _console;
    private readonly Option<int> _nodes = CommonOptions.Within("--nodes", "Simulated nodes, each an HTTP server of this process.", 200, 1, 10_000);
    private readonly Option<int> _actors = CommonOptions.Within("--actors", "Actors of each.", 20, 1, 10_000);
    private readonly Option<int> _rounds = CommonOptions.Within("--rounds", "How often they are asked.", 20, 1, 10_000);
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public BenchTopologyCommand(OperatorConsole console)
        : base("topology", "How long it takes to put the topology of a large cluster together.")
    {
        _console = console;
        foreach (var option in new Option[] { _nodes, _actors, _rounds, _json }) Add(option);
        SetAction(Run);
    }

    private async Task<int> Run(ParseResult result, CancellationToken stop)
    {
        var measured = await TopologyBench.RunAsync(result.GetValue(_nodes), result.GetValue(_actors), result.GetValue(_rounds)).WaitAsync(stop).ConfigureAwait(false);
        if (result.GetValue(_json)) _console.WriteJson(measured);
        else _console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{measured.Nodes} nodes of {measured.Actors} actors: median {measured.MedianSeconds:0.000} s, worst of {measured.Rounds} {measured.WorstSeconds:0.000} s"
            + $" (goal: below 1 s), {measured.Bytes / 1e6:0.0} MB"));
        return ExitCode.Success;
    }
}
