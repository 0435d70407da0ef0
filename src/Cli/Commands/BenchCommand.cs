using System.CommandLine;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf bench</c>: measures parts of the program on this machine.</summary>
public sealed class BenchCommand : Command
{
    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    /// <param name="input">Standard input.</param>
    public BenchCommand(OperatorConsole console, TextReader input)
        : base("bench", "Measure a part of the program on this machine.")
    {
        Add(new BenchEpisodesCommand(console, input));
        Add(new BenchParametersCommand(console, input));
        Add(new BenchCoordinationCommand(console));
        Add(new BenchUnequalCommand(console));
        Add(new BenchTopologyCommand(console));
    }
}
