using System.Text.Json;

namespace ActorRlhf.Model.Data;

/// <summary>
/// A dataset in three splits, and its folder on disk. The folder holds <c>train.jsonl</c>, <c>validation.jsonl</c> and <c>test.jsonl</c>, whose lines are
/// <c>{"id", "fields": {name: text}, "reference"}</c>, and <c>manifest.json</c>: <c>{"format", "source", "counts": {split: examples}, "raw", "dropped": {reason: pairs}}</c>.
/// </summary>
/// <param name="Source">Says in words where the data comes from.</param>
/// <param name="Train">The examples to learn from, in their order.</param>
/// <param name="Validation">The examples to choose by.</param>
/// <param name="Test">The examples to report on.</param>
/// <param name="Cleaning">What cleaning dropped.</param>
public sealed record SummaryDataset(
    string Source,
    IReadOnlyList<SummaryExample> Train,
    IReadOnlyList<SummaryExample> Validation,
    IReadOnlyList<SummaryExample> Test,
    CleaningReport Cleaning)
{
    private const string Format = "actor-rlhf summaries 1";
    private const string ManifestFile = "manifest.json";

    /// <summary>The examples of a split.</summary>
    public IReadOnlyList<SummaryExample> this[DatasetSplit split] => split switch
    {
        DatasetSplit.Train => Train,
        DatasetSplit.Validation => Validation,
        DatasetSplit.Test => Test,
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, null),
    };

    /// <summary>Whether a folder holds a whole dataset.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, ManifestFile));

    /// <summary>Writes the dataset to a folder; the manifest last, so that a folder with a manifest is whole.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        var manifest = Path.Combine(folder, ManifestFile);
        File.Delete(manifest);
        foreach (var split in Enum.GetValues<DatasetSplit>()) JsonLines.Write(PathOf(folder, split), this[split], WriteExample);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, JsonLines.WriterOptions with { Indented = true })) WriteManifest(writer);
        bytes.WriteByte((byte)'\n');
        File.WriteAllBytes(manifest + ".partial", bytes.ToArray());
        File.Move(manifest + ".partial", manifest);
    }

    /// <summary>Reads a dataset that <see cref="Save"/> wrote.</summary>
    /// <exception cref="UserErrorException">The folder holds none, or a file of it is damaged.</exception>
    public static SummaryDataset Load(string folder)
    {
        var path = Path.Combine(folder, ManifestFile);
        if (!File.Exists(path)) throw new UserErrorException($"{folder} holds no dataset (no {ManifestFile}); make one first.");
        try
        {
            using var manifest = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = manifest.RootElement;
            if (root.GetProperty("format").GetString() != Format)
                throw new UserErrorException($"{path}: format is \"{root.GetProperty("format").GetString()}\", not \"{Format}\"; make the dataset anew.");
            var splits = Enum.GetValues<DatasetSplit>().ToDictionary(s => s, s => Stream(folder, s).ToList());
            foreach (var (split, examples) in splits)
            {
                int count = root.GetProperty("counts").GetProperty(NameOf(split)).GetInt32();
                if (count != examples.Count)
                    throw new UserErrorException($"{PathOf(folder, split)} has {examples.Count} examples where {ManifestFile} says {count}; make the dataset anew.");
            }
            var dropped = root.GetProperty("dropped").EnumerateObject().ToDictionary(p => Enum.Parse<DropReason>(p.Name), p => p.Value.GetInt32());
            return new(root.GetProperty("source").GetString()!, splits[DatasetSplit.Train], splits[DatasetSplit.Validation], splits[DatasetSplit.Test],
                new(root.GetProperty("raw").GetInt32(), splits.Values.Sum(s => s.Count), dropped));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new UserErrorException($"{path} is damaged ({e.Message}); make the dataset anew.", e);
        }
    }

    /// <summary>Streams one split of a folder, holding one example at a time.</summary>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static IEnumerable<SummaryExample> Stream(string folder, DatasetSplit split) =>
        JsonLines.Read(PathOf(folder, split), "our summaries", record =>
            new SummaryExample(
                record.FilledText("id"),
                record.Object("fields").Texts().ToDictionary(f => f.Name, f => f.Text),
                record.FilledText("reference")));

    /// <summary>The file of a split in a dataset's folder.</summary>
    public static string PathOf(string folder, DatasetSplit split) => Path.Combine(folder, NameOf(split) + ".jsonl");

    private static string NameOf(DatasetSplit split) => split.ToString().ToLowerInvariant();

    private static void WriteExample(Utf8JsonWriter writer, SummaryExample example)
    {
        writer.WriteStartObject();
        writer.WriteString("id", example.Id);
        writer.WriteStartObject("fields");
        foreach (var (name, text) in example.Fields) writer.WriteString(name, text);
        writer.WriteEndObject();
        writer.WriteString("reference", example.Reference);
        writer.WriteEndObject();
    }

    private void WriteManifest(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        writer.WriteString("source", Source);
        writer.WriteStartObject("counts");
        foreach (var split in Enum.GetValues<DatasetSplit>()) writer.WriteNumber(NameOf(split), this[split].Count);
        writer.WriteEndObject();
        writer.WriteNumber("raw", Cleaning.Raw);
        writer.WriteStartObject("dropped");
        foreach (var (reason, count) in Cleaning.Dropped) writer.WriteNumber(reason.ToString(), count);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
