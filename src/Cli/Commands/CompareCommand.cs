using System.CommandLine;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf compare</c>: has the simulated labeler compare a policy's summaries.</summary>
public sealed class CompareCommand : StepCommand
{
    private const string Output = "comparisons";

    private readonly Option<string> _model = CommonOptions.Model();

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public CompareCommand(OperatorConsole console)
        : base(console, ComparisonPhase.Name, "Have the simulated labeler compare a policy's summaries. Second of the four steps; human comparisons take its place.") =>
        Add(_model);

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Keys { get; } = ["seed", "threads", "base-model", "data", "task", "comparisons", "sampling"];

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> Inputs(ParseResult result) => [new("model", result.GetValue(_model)!)];

    /// <inheritdoc/>
    protected override (SummaryTask Task, Func<FourSteps, CancellationToken, StepResult> Work) Prepare(ParseResult result, RunSettings settings)
    {
        var folder = result.GetValue(_model)!;
        return (TaskModel.Load(folder, settings.Task), (steps, stop) =>
        {
            using var policy = PretrainedModel.LoadTransformer(folder);
            var made = steps.Compare(Output, policy, stop);
            return new StepResult(Output, new Dictionary<string, double> { ["train"] = made.Train.Count, ["validation"] = made.Validation.Count });
        });
    }
}
