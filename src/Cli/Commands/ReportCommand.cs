using System.CommandLine;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Demo;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf report</c>: writes the report page of a finished demo run anew.</summary>
public sealed class ReportCommand : Command
{
    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public ReportCommand(OperatorConsole console)
        : base("report", "Write the report page of a finished demo run anew.")
    {
        var run = new Argument<string>("RUN") { Description = "The run's folder, such as runs/demo." };
        Add(run);
        SetAction(result =>
        {
            console.WriteLine(DemoRun.WriteReport(result.GetValue(run)!));
            return ExitCode.Success;
        });
    }
}
