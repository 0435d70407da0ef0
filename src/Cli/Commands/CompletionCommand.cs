using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf completion SHELL</c>: a script that has a shell complete command lines.</summary>
public sealed class CompletionCommand : Command
{
    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public CompletionCommand(OperatorConsole console)
        : base("completion", "Print a script that has a shell complete commands, options, nodes and settings: source <(rlhf completion bash).")
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell." };
        shell.AcceptOnlyFromAmong([.. CompletionScript.Shells]);
        Add(shell);
        SetAction(result =>
        {
            console.WriteLine(CompletionScript.Of(result.GetValue(shell)!));
            return ExitCode.Success;
        });
    }
}
