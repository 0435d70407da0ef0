using System.CommandLine;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf reward</c>: trains a reward model on comparisons.</summary>
public sealed class RewardCommand : StepCommand
{
    private const string Output = "model";

    private readonly Option<string> _model = CommonOptions.Model();
    private readonly Option<string[]> _comparisons = new("--comparisons")
    {
        Description = "Comparisons in OpenAI's format: files, or folders of them; rlhf compare makes simulated ones.",
        HelpName = "PATH",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public RewardCommand(OperatorConsole console)
        : base(console, RewardPhase.Name, "Train a reward model on comparisons, simulated or human. Third of the four steps.")
    {
        Add(_model);
        Add(_comparisons);
    }

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Keys { get; } = ["seed", "threads", "base-model", "data", "task", "reward", "reward-schedule"];

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> Inputs(ParseResult result) =>
        [new("model", result.GetValue(_model)!), new("comparisons", string.Join(", ", result.GetValue(_comparisons)!))];

    /// <inheritdoc/>
    protected override (SummaryTask Task, Func<FourSteps, CancellationToken, StepResult> Work) Prepare(ParseResult result, RunSettings settings)
    {
        var folder = result.GetValue(_model)!;
        var task = TaskModel.Load(folder, settings.Task);
        var comparisons = ComparisonSet.Load(result.GetValue(_comparisons)!);
        return (task, (steps, stop) =>
        {
            using var policy = PretrainedModel.LoadTransformer(folder);
            steps.Reward(Output, policy, comparisons, stop).Dispose();
            return new StepResult(Output);
        });
    }
}
