using System.Diagnostics;
using System.Globalization;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Runs;

/// <summary>
/// Trains a language model within a run: pretraining or supervised fine-tuning. Killed at any moment and started again, it ends with
/// the weights it would have had, since a step depends on the last checkpoint and the step's number alone.
/// </summary>
/// <param name="Name">The phase's name in metrics and checkpoints: <c>pretrain</c>, <c>sft</c>.</param>
/// <param name="Settings">The hyperparameters.</param>
/// <param name="Schedule">When to evaluate and to write checkpoints.</param>
public sealed record LanguageModelPhase(string Name, LanguageModelSettings Settings, ScheduleSettings Schedule)
{
    private const string Policy = "policy";

    /// <summary>Trains to the end.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="metrics">The run's open metrics.</param>
    /// <param name="model">Trained in place.</param>
    /// <param name="train">What to learn from.</param>
    /// <param name="validation">Sets of held-out sequences by the name of their loss, such as <c>validation_loss</c>.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Stops after the step under way; a checkpoint is written first.</param>
    /// <returns>The last evaluation: the losses by name, in nats a token.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyDictionary<string, double> Run(
        RunDirectory directory, MetricsLog metrics, Transformer model, IReadOnlyList<TrainingSequence> train,
        IReadOnlyDictionary<string, IReadOnlyList<TrainingSequence>> validation, IRunProgress progress, CancellationToken cancellation)
    {
        using var optimizer = new AdamW(model.Parameters, Settings.Optimizer);
        using var trainer = new LanguageModelTrainer(model, optimizer, Settings, train);
        var store = new CheckpointStore(Path.Combine(directory.CheckpointsPath, Name), Schedule.KeepCheckpoints);
        var content = new CheckpointContent().Add(Policy, model.Parameters, optimizer);
        if (store.LoadLatest(content) is { } loaded)
        {
            foreach (var message in loaded.Messages)
                progress.Note(message);
            progress.Note($"{Name}: going on after step {trainer.StepsDone} of {trainer.TotalSteps}");
        }
        metrics.Rewind(Name, trainer.StepsDone - 1);

        while (!trainer.IsDone)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save();
                cancellation.ThrowIfCancellationRequested();
            }
            var started = Stopwatch.GetTimestamp();
            var step = trainer.Step();
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var record = new Dictionary<string, double>
            {
                ["loss"] = step.Loss,
                ["gradient_norm"] = step.GradientNorm,
                ["learning_rate"] = step.LearningRate,
                ["tokens_per_second"] = step.Tokens / seconds,
            };
            if (trainer.StepsDone % Schedule.EvaluateEvery == 0 && !trainer.IsDone)
                Evaluate(record);
            metrics.Append(step.Step, Name, record);
            progress.Report(new RunProgress(Name, trainer.StepsDone, trainer.TotalSteps, "steps",
                string.Create(CultureInfo.InvariantCulture, $"loss {step.Loss:F3}, {step.Tokens / seconds:F0} tokens/s")));
            if (trainer.StepsDone % Schedule.CheckpointEvery == 0)
                Save();
        }
        Save();
        var last = new Dictionary<string, double>();
        Evaluate(last);
        metrics.Append(trainer.TotalSteps, Name, last);
        return last;

        void Evaluate(Dictionary<string, double> record)
        {
            foreach (var (name, sequences) in validation)
                record[name] = LanguageModelTrainer.Evaluate(model, sequences);
            progress.Note($"{Name} step {trainer.StepsDone}: "
                + string.Join(", ", validation.Keys.Select(name => string.Create(CultureInfo.InvariantCulture, $"{name.Replace('_', ' ')} {record[name]:F3}"))));
        }

        void Save() => store.Save(new CheckpointState { Step = trainer.StepsDone, Seed = Settings.Seed }, content);
    }
}
