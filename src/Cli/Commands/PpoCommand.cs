using System.CommandLine;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf ppo</c>: trains a policy against a reward model.</summary>
public sealed class PpoCommand : StepCommand
{
    private const string Output = "model";

    private readonly Option<string> _model = CommonOptions.Model();
    private readonly Option<string> _reward = new("--reward") { Description = "The reward model's folder.", HelpName = "DIR", Required = true };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public PpoCommand(OperatorConsole console)
        : base(console, PpoPhase.Name, "Train a policy against a reward model with PPO. Last of the four steps.")
    {
        Add(_model);
        Add(_reward);
    }

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Keys { get; } =
        ["seed", "threads", "base-model", "data", "task", "reward-check", "ppo", "ppo-schedule", "sampling", "evaluation"];

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> Inputs(ParseResult result) =>
        [new("model", result.GetValue(_model)!), new("reward", result.GetValue(_reward)!)];

    /// <inheritdoc/>
    protected override (SummaryTask Task, Func<FourSteps, CancellationToken, StepResult> Work) Prepare(ParseResult result, RunSettings settings)
    {
        var folder = result.GetValue(_model)!;
        var task = TaskModel.Load(folder, settings.Task);
        var reward = TaskModel.LoadReward(result.GetValue(_reward)!, task);
        return (task, (steps, stop) =>
        {
            using var network = reward.Network;
            using var policy = PretrainedModel.LoadTransformer(folder);
            steps.Ppo(Output, policy, reward, stop).Dispose();
            return new StepResult(Output);
        });
    }
}
