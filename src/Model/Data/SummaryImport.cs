namespace ActorRlhf.Model.Data;

/// <summary>Makes a dataset of JSONL files.</summary>
public sealed record SummaryImport
{
    /// <summary>The files' fields.</summary>
    public required SummaryFileFormat Format { get; init; }

    /// <summary>Files whose texts all go to one split.</summary>
    public IReadOnlyDictionary<DatasetSplit, IReadOnlyList<string>> Split { get; init; } = new Dictionary<DatasetSplit, IReadOnlyList<string>>();

    /// <summary>Files whose texts are spread over the splits: a hash of a text's id decides, so it stays where it is whatever else is read.</summary>
    public IReadOnlyList<string> Spread { get; init; } = [];

    /// <summary>The part of the spread texts that goes to validation.</summary>
    public double ValidationShare { get; init; } = 0.05;

    /// <summary>The part of the spread texts that goes to test.</summary>
    public double TestShare { get; init; } = 0.05;

    /// <summary>Reads the files.</summary>
    /// <exception cref="UserErrorException">
    /// A share is out of range; a file cannot be read or has a wrong line; an id stands in two files; a split would be empty.
    /// </exception>
    public SummaryDataset Read()
    {
        if (!(ValidationShare >= 0 && TestShare >= 0 && ValidationShare + TestShare < 1))
            throw new UserErrorException(FormattableString.Invariant($"validation share {ValidationShare} and test share {TestShare}: both must be 0 or more, and together below 1"));
        var splits = Enum.GetValues<DatasetSplit>().ToDictionary(split => split, _ => new List<SummaryExample>());
        var origins = new Dictionary<ulong, string>();
        foreach (var (file, split) in Split.SelectMany(part => part.Value.Select(file => (file, (DatasetSplit?)part.Key))).Concat(Spread.Select(file => (file, (DatasetSplit?)null))))
        {
            foreach (var example in SummaryFile.Read(file, Format))
            {
                if (!origins.TryAdd(StableHash.Of(example.Id), file))
                    throw new UserErrorException($"{file}: id \"{example.Id}\" is in {origins[StableHash.Of(example.Id)]} too; a text must be in one split only, so remove one of them");
                splits[split ?? SplitOf(example.Id)].Add(example);
            }
        }
        if (splits.FirstOrDefault(split => split.Value.Count == 0) is { Value: not null } empty)
            throw new UserErrorException($"the {empty.Key.ToString().ToLowerInvariant()} split would be empty; give more texts, a file for it, or a larger share");
        var count = splits.Values.Sum(examples => examples.Count);
        var names = Split.Values.SelectMany(files => files).Concat(Spread).Select(Path.GetFileName);
        return new SummaryDataset(
            $"{Format.Name}: {string.Join(", ", names)}", splits[DatasetSplit.Train], splits[DatasetSplit.Validation], splits[DatasetSplit.Test],
            new CleaningReport(count, count, new Dictionary<DropReason, int>()));
    }

    private DatasetSplit SplitOf(string id) => StableHash.Unit($"split/{id}") is var unit && unit < TestShare ? DatasetSplit.Test
        : unit < TestShare + ValidationShare ? DatasetSplit.Validation
        : DatasetSplit.Train;
}
