using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Tests.Commands;

/// <summary>What a command line printed, and how it ended.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record Outcome(int Code, string Output, string Error);

/// <summary>Runs command lines as a pipe sees them.</summary>
internal static class Shell
{
    /// <summary>Runs one in this process.</summary>
    public static async Task<Outcome> Run(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(args, new OperatorConsole(output, error, isTerminal: false));
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
