using System.CommandLine;

namespace ActorRlhf.Cli.Commands;

/// <summary>Options that mean the same on every command.</summary>
public static class CommonOptions
{
    /// <summary><c>--json</c>, on commands that report: the result as JSON on standard output, for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON." };

    /// <summary><c>--out DIR</c>, on commands that run long: the run's folder.</summary>
    /// <param name="name">The name the run has under <c>runs/</c> when the option is not given.</param>
    public static Option<string> Out(string name) => new("--out")
    {
        Description = "The run's folder; run again with the same one to continue.",
        HelpName = "DIR",
        DefaultValueFactory = _ => $"runs/{name}",
    };

    /// <summary><c>--model DIR</c>: the policy that a command works with.</summary>
    public static Option<string> Model() => new("--model") { Description = "The policy's folder.", HelpName = "DIR", Required = true };
}
