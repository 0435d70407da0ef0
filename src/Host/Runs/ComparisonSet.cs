using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Evaluation;
using ActorRlhf.Model.Rewards;
using ActorRlhf.Model.Storage;

namespace ActorRlhf.Host.Runs;

/// <summary>Comparisons to learn from and to measure on, a human's or the simulated labeler's.</summary>
/// <param name="Train">Those whose split is <see cref="TrainSplit"/>.</param>
/// <param name="Validation">All others.</param>
public sealed record ComparisonSet(IReadOnlyList<Comparison> Train, IReadOnlyList<Comparison> Validation)
{
    /// <summary>The split's name of comparisons to learn from, OpenAI's and ours.</summary>
    public const string TrainSplit = "train";

    /// <summary>The split's name of our comparisons to measure on.</summary>
    public const string ValidationSplit = "valid1";

    /// <summary>Whether all of them are the simulated labeler's, so that a judgement without noise exists.</summary>
    public bool IsSimulated => Train.Concat(Validation).All(comparison => comparison.Worker == SimulatedLabeler.Worker);

    /// <summary>Reads files of OpenAI's comparisons.</summary>
    /// <param name="paths">Files, or folders of <c>*.json</c> and <c>*.jsonl</c> files.</param>
    /// <exception cref="UserErrorException">There is no such file, a line is not a comparison, or one of the two parts is empty.</exception>
    public static ComparisonSet Load(params IEnumerable<string> paths)
    {
        var given = paths.ToArray();
        var all = given.SelectMany(Files).SelectMany(ComparisonFile.Read).ToLookup(comparison => comparison.Split == TrainSplit);
        var names = string.Join(", ", given);
        if (!all[true].Any())
            throw new UserErrorException($"{names}: no comparison has the split \"{TrainSplit}\", so there is nothing to learn from; give files that do");
        if (!all[false].Any())
            throw new UserErrorException($"{names}: every comparison has the split \"{TrainSplit}\", so there is nothing to measure on; give a file of another split (OpenAI's valid1) too");
        return new ComparisonSet([.. all[true]], [.. all[false]]);
    }

    /// <summary>Writes <c>train.jsonl</c> and <c>validation.jsonl</c> to a folder, which is there as a whole or not at all.</summary>
    public void Save(string folder) => AtomicDirectory.Write(folder, fresh =>
    {
        ComparisonFile.Write(Path.Combine(fresh, "train.jsonl"), Train);
        ComparisonFile.Write(Path.Combine(fresh, "validation.jsonl"), Validation);
    });

    private static IEnumerable<string> Files(string path)
    {
        if (!Directory.Exists(path))
            return File.Exists(path) ? [path] : throw new UserErrorException($"{path}: no such file or folder; make comparisons with rlhf compare, or give files in OpenAI's format");
        var files = Directory.EnumerateFiles(path).Where(file => Path.GetExtension(file) is ".json" or ".jsonl").Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0 ? files : throw new UserErrorException($"{path}: no .json or .jsonl file; make comparisons with rlhf compare, or give files in OpenAI's format");
    }
}

/// <summary>The simulated labeler's judgement without noise, from the human summary of each text.</summary>
/// <param name="data">The texts that the comparisons are of.</param>
public sealed class GoldJudgement(SummaryDataset data)
{
    private readonly Dictionary<string, string> _references = data.Train.Concat(data.Validation).ToDictionary(example => example.Id, example => example.Reference);

    /// <summary>The index of the best summary.</summary>
    /// <exception cref="UserErrorException">The comparison is of a text that the dataset lacks, or is a tie.</exception>
    public int Choice(Comparison comparison)
    {
        if (!_references.TryGetValue(comparison.ExampleId, out var reference))
            throw new UserErrorException($"a comparison is of \"{comparison.ExampleId}\", which is not in the dataset ({data.Source}); give the dataset that the comparisons were made of");
        return SimulatedLabeler.GoldChoice([.. comparison.Summaries.Select(summary => GoldScore.Of(summary.Text, reference))])
            ?? throw new UserErrorException($"the comparison of \"{comparison.ExampleId}\" is a tie by gold score, which rlhf compare never writes; make the comparisons anew");
    }
}

/// <summary>Comparisons as a reward model reads them.</summary>
public static class Preferences
{
    /// <summary>A comparison's tokens, with its choice or another one in its place.</summary>
    public static Preference Of(Comparison comparison, SummaryTask task, int? choice = null) => new(
        task.Query(new SummaryExample(comparison.ExampleId, comparison.Fields, "")),
        [.. comparison.Summaries.Select(summary => task.Answer(summary.Text))],
        choice ?? comparison.Choice);
}
