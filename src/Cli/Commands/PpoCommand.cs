using System.CommandLine;
using ActorRlhf.Cli.Operator;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf ppo</c>: trains a policy against a reward model.</summary>
public sealed class PpoCommand : StepCommand
{
    private readonly Option<string> _model = CommonOptions.Model();
    private readonly Option<string> _reward = new("--reward") { Description = "The reward model's folder.", HelpName = "DIR", Required = true };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public PpoCommand(OperatorConsole console)
        : base(console, PpoMonitor.Phase, "Train a policy against a reward model with PPO. Last of the four steps.")
    {
        Add(_model);
        Add(_reward);
    }

    /// <inheritdoc/>
    protected override RunConfiguration Configuration(ParseResult result, RunSettings settings) => PpoRun.Identity(With(result, settings));

    /// <inheritdoc/>
    protected override (SummaryTask Task, Func<FourSteps, CancellationToken, StepResult> Work) Prepare(ParseResult result, RunSettings settings)
    {
        var cluster = With(result, settings).Cluster;
        var (task, _) = NodeRun.Open(With(result, settings));
        return (task, (steps, stop) =>
        {
            LastRun.Remember(result.GetValue<string>("--out")!, settings.Network);
            steps.Ppo(NodeRun.Result, cluster.Model, cluster.Reward, stop).Dispose();
            return new StepResult(NodeRun.Result);
        });
    }

    private RunSettings With(ParseResult result, RunSettings settings) =>
        settings with { Cluster = settings.Cluster with { Model = result.GetValue(_model)!, Reward = result.GetValue(_reward)! } };
}
