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
    public static Task<Outcome> Run(params string[] args) => RunWithInput("", args);

    /// <summary>Runs one in this process with something on its standard input.</summary>
    public static async Task<Outcome> RunWithInput(string input, params string[] args)
    {
        using var reader = new StringReader(input);
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var console = new OperatorConsole(output, error, isTerminal: false);
        var code = await CommandLine.RunAsync(CommandLine.Build(console, reader), args, console, interruption: null);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
