using System.Globalization;
using ActorRlhf.Actors.Protocol;
using ActorRlhf.Model.Storage;
using Google.Protobuf;

namespace ActorRlhf.Host.Benchmarks;

/// <summary>What a process of <see cref="EpisodeBench"/> says at the end, in a file of the run's folder.</summary>
/// <param name="Name">The process's node.</param>
/// <param name="Ready">When the learner had recovered: ticks of the machine's monotonic clock, the same in all processes.</param>
/// <param name="Finished">When it heard that all is trained, on the same clock.</param>
/// <param name="Learner">The learner's status.</param>
/// <param name="Shards">Each shard's status.</param>
public sealed record EpisodeBenchReport(string Name, long Ready, long Finished, LearnerStatus Learner, IReadOnlyList<ShardStatus> Shards)
{
    private const string Folder = "reports";

    /// <summary>Everything that somebody says does not add up.</summary>
    public IEnumerable<string> Violations => Learner.Violations.Concat(Shards.SelectMany(shard => shard.Violations));

    /// <summary>How many reports are there.</summary>
    public static int Count(string run) => Files(run).Count();

    /// <summary>The reports that are there.</summary>
    public static IReadOnlyList<EpisodeBenchReport> All(string run) => [.. Files(run).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Save(string run)
    {
        Directory.CreateDirectory(Path.Combine(run, Folder));
        string[] lines = [FormattableString.Invariant($"{Ready} {Finished}"), JsonFormatter.Default.Format(Learner), .. Shards.Select(shard => JsonFormatter.Default.Format(shard))];
        AtomicFile.WriteText(Path.Combine(run, Folder, $"{Name}.txt"), string.Join('\n', lines) + "\n");
    }

    /// <summary>Takes the reports away.</summary>
    public static void Clear(string run)
    {
        if (Directory.Exists(Path.Combine(run, Folder))) Directory.Delete(Path.Combine(run, Folder), recursive: true);
    }

    private static IEnumerable<string> Files(string run) =>
        Path.Combine(run, Folder) is var folder && Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.txt") : [];

    private static EpisodeBenchReport Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var times = lines[0].Split(' ').Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)).ToArray();
        return new EpisodeBenchReport(
            Path.GetFileNameWithoutExtension(path), times[0], times[1], LearnerStatus.Parser.ParseJson(lines[1]), [.. lines[2..].Select(ShardStatus.Parser.ParseJson)]);
    }
}
