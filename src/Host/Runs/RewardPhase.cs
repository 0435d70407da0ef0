using System.Globalization;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Runs;

/// <summary>Trains a reward model on preferences within a run; started again after a kill, it ends with the same weights.</summary>
/// <param name="Settings">The hyperparameters.</param>
/// <param name="Schedule">When to evaluate and to write checkpoints.</param>
public sealed record RewardPhase(RewardSettings Settings, ScheduleSettings Schedule)
{
    /// <summary>The phase's name in metrics and checkpoints.</summary>
    public const string Name = "reward";

    /// <summary>Trains to the end and shifts the rewards so that reference summaries average zero.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="metrics">The run's open metrics.</param>
    /// <param name="model">Trained in place.</param>
    /// <param name="train">Preferences to learn from.</param>
    /// <param name="validation">Held-out sets by the name of their accuracy, such as <c>accuracy</c>.</param>
    /// <param name="references">Queries with their reference summaries, for the shift.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Stops after the step under way; a checkpoint is written first.</param>
    /// <returns>The last evaluation by name.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyDictionary<string, RewardStatistics> Run(
        RunDirectory directory, MetricsLog metrics, RewardModel model, IReadOnlyList<Preference> train,
        IReadOnlyDictionary<string, IReadOnlyList<Preference>> validation, IReadOnlyList<(int[] Query, int[] Response)> references,
        IRunProgress progress, CancellationToken cancellation)
    {
        using var optimizer = new AdamW(model.Network.Parameters, Settings.Optimizer);
        using var trainer = new RewardTrainer(model, optimizer, Settings, train);
        var store = new CheckpointStore(Path.Combine(directory.CheckpointsPath, Name), Schedule.KeepCheckpoints);
        var content = new CheckpointContent().Add(Name, model.Network.Parameters, optimizer);
        if (store.LoadLatest(content) is { } loaded)
        {
            foreach (var message in loaded.Messages)
                progress.Note(message);
            progress.Note($"{Name}: going on after step {optimizer.Steps} of {trainer.Steps}");
        }
        metrics.Rewind(Name, optimizer.Steps - 1);

        while (optimizer.Steps < trainer.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save();
                cancellation.ThrowIfCancellationRequested();
            }
            var step = (int)optimizer.Steps;
            var statistics = trainer.Step(step);
            var record = new Dictionary<string, double> { ["loss"] = statistics.Loss, ["train_accuracy"] = statistics.Accuracy };
            if (optimizer.Steps % Schedule.EvaluateEvery == 0 && optimizer.Steps < trainer.Steps)
                Evaluate(record);
            metrics.Append(step, Name, record);
            progress.Report(new RunProgress(Name, optimizer.Steps, trainer.Steps, "steps",
                string.Create(CultureInfo.InvariantCulture, $"loss {statistics.Loss:F3}, accuracy {statistics.Accuracy:P0}")));
            if (optimizer.Steps % Schedule.CheckpointEvery == 0)
                Save();
        }
        Save();
        var last = new Dictionary<string, double>();
        var results = Evaluate(last);
        metrics.Append(trainer.Steps, Name, last);
        model.NormalizeBias(references);
        return results;

        Dictionary<string, RewardStatistics> Evaluate(Dictionary<string, double> record)
        {
            var results = validation.ToDictionary(set => set.Key, set => trainer.Evaluate(set.Value));
            foreach (var (name, statistics) in results)
                record[name] = statistics.Accuracy;
            progress.Note($"{Name} step {optimizer.Steps}: "
                + string.Join(", ", results.Select(result => string.Create(CultureInfo.InvariantCulture, $"{result.Key.Replace('_', ' ')} {result.Value.Accuracy:F3}"))));
            return results;
        }

        void Save() => store.Save(new CheckpointState { Step = optimizer.Steps, Seed = Settings.Seed }, content);
    }
}
