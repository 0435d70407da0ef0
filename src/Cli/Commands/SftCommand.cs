using System.CommandLine;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Cli.Commands;

/// <summary><c>rlhf sft</c>: fine-tunes a base model on human summaries.</summary>
public sealed class SftCommand : StepCommand
{
    private const string Output = "model";

    /// <summary>The command.</summary>
    /// <param name="console">What it writes to.</param>
    public SftCommand(OperatorConsole console)
        : base(console, "sft", "Fine-tune a base model on human summaries. First of the four steps.") =>
        Settings.AddShort(new Option<string?>("--model") { Description = "The base model's folder.", HelpName = "DIR" }, "base-model");

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string> Keys { get; } = ["seed", "threads", "base-model", "data", "task", "sft", "sft-schedule", "evaluation"];

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> Inputs(ParseResult result) => [];

    /// <inheritdoc/>
    protected override (SummaryTask Task, Func<FourSteps, CancellationToken, StepResult> Work) Prepare(ParseResult result, RunSettings settings) =>
        (TaskModel.Load(settings.BaseModel, settings.Task), (steps, stop) =>
        {
            steps.Sft(Output, stop).Dispose();
            return new StepResult(Output);
        });
}
