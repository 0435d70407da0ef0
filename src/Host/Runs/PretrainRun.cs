using System.ComponentModel.DataAnnotations;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Networks;
using ActorRlhf.Model.Storage;
using ActorRlhf.Model.Text;
using ActorRlhf.Model.Training;

namespace ActorRlhf.Host.Runs;

/// <summary>What a base model is made of; the section <see cref="RunSettings.Section"/> of a file of its own.</summary>
public sealed record PretrainSettings
{
    /// <summary>Threads to compute with; 0 for as many as there are processors. The same seed gives the same bits only with the same number.</summary>
    [Range(0, 1_024)]
    public int Threads { get; init; }

    /// <summary>The folder of a dataset; only its training split is learned from.</summary>
    public required string Data { get; init; }

    /// <summary>How a text and its summary stand together.</summary>
    public required TaskSettings Task { get; init; }

    /// <summary>The network's shape. Its vocabulary is the tokenizer's size.</summary>
    public required TransformerConfig Model { get; init; }

    /// <summary>The hyperparameters.</summary>
    public LanguageModelSettings Training { get; init; } = new();

    /// <summary>Decides the starting weights.</summary>
    public long Seed { get; init; }

    /// <summary>When to evaluate and to write checkpoints.</summary>
    public ScheduleSettings Schedule { get; init; } = new();
}

/// <summary>Makes a base model: trains a tokenizer and then a language model on a dataset's training split.</summary>
public static class PretrainRun
{
    /// <summary>The kind of run, and its phase's name in metrics and checkpoints.</summary>
    public const string Kind = "pretrain";

    /// <summary>Trains to the end, from the start or from where an earlier call stopped.</summary>
    /// <returns>The losses on the validation split and the folder of the model, <c>model/</c> in the run's.</returns>
    /// <exception cref="OperationCanceledException">It was stopped, and can be gone on with.</exception>
    public static (IReadOnlyDictionary<string, double> Losses, string Model) Run(
        PretrainSettings settings, RunDirectory directory, IRunProgress progress, CancellationToken cancellation)
    {
        var data = SummaryDataset.Load(settings.Data);
        var tokenizer = Tokenizer(settings, data, directory.In("tokenizer"), progress, cancellation);
        var config = settings.Model with { VocabularySize = tokenizer.VocabularySize };
        TaskModel.RequireFits(settings.Task, config);
        var task = new SummaryTask(settings.Task, tokenizer);
        var train = data.Train.Select(example => task.Sequence(example, summaryOnly: false)).ToArray();
        var validation = new Dictionary<string, IReadOnlyList<TrainingSequence>>
        {
            ["validation_loss"] = [.. data.Validation.Select(example => task.Sequence(example, summaryOnly: false))],
            ["validation_summary_loss"] = [.. data.Validation.Select(example => task.Sequence(example, summaryOnly: true))],
        };
        using var model = new Transformer(config).Initialize(settings.Seed);
        progress.Note($"{data.Source}: {train.Length} examples, {train.Sum(sequence => (long)sequence.Tokens.Length)} tokens; a model of {model.Parameters.Count} parameters");
        using var metrics = directory.OpenMetrics();
        var losses = new LanguageModelPhase(Kind, settings.Training, settings.Schedule)
            .Run(directory, metrics, model, train, validation, progress, cancellation);

        var output = directory.In("model");
        AtomicDirectory.Write(output, fresh =>
        {
            PretrainedModel.Save(fresh, model, TensorDtype.BF16, tokenizer.EndOfText);
            tokenizer.Save(fresh);
        });
        return (losses, output);
    }

    private static ByteLevelBpe Tokenizer(PretrainSettings settings, SummaryDataset data, string folder, IRunProgress progress, CancellationToken cancellation)
    {
        if (Directory.Exists(folder))
            return ByteLevelBpe.Load(folder);
        var texts = data.Train.SelectMany(example => example.Fields.Where(field => settings.Task.Format.Contains($"{{{field.Key}}}", StringComparison.Ordinal))
            .Select(field => field.Value).Append(settings.Task.ReferencePrefix + example.Reference));
        var tokenizer = ByteLevelBpe.Train(texts, settings.Model.VocabularySize, new TokenizerProgress(progress, settings.Model.VocabularySize), cancellation);
        AtomicDirectory.Write(folder, tokenizer.Save);
        progress.Note($"tokenizer of {tokenizer.VocabularySize} tokens trained");
        return tokenizer;
    }
}
