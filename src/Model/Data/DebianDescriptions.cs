using System.Text.RegularExpressions;

namespace ActorRlhf.Model.Data;

/// <summary>
/// Makes a summarization dataset of package descriptions: the text is the description, the reference the synopsis its maintainer wrote.
/// Pairs are cleaned in the way Stiennon et al. 2020 (appendix A) cleaned TL;DR, and split by source package, so that no package's sibling
/// leaks from one split to another. The result depends on the set of packages and the settings only, not on the order of reading.
/// </summary>
public static partial class DebianDescriptions
{
    /// <summary>The field that holds the binary package's name.</summary>
    public const string PackageField = "package";

    /// <summary>The field that holds the archive's section.</summary>
    public const string SectionField = "section";

    /// <summary>The field that holds the text to summarize.</summary>
    public const string DescriptionField = "description";

    private const int RunLength = 5;

    /// <summary>Reads, cleans and splits the packages of an index.</summary>
    /// <exception cref="UserErrorException">A setting is out of range, or an index file cannot be read.</exception>
    public static SummaryDataset Build(DebianIndex index, DebianCleaning cleaning) => Build(index.ReadPackages(), index.Source, cleaning);

    /// <summary>Cleans and splits packages.</summary>
    /// <param name="packages">The packages, in any order.</param>
    /// <param name="source">Says in words where they come from.</param>
    /// <param name="cleaning">What to keep and how to split.</param>
    /// <exception cref="UserErrorException">A setting is out of range.</exception>
    public static SummaryDataset Build(IEnumerable<DebianPackage> packages, string source, DebianCleaning cleaning)
    {
        cleaning.Validate();
        int raw = 0;
        var dropped = new Dictionary<DropReason, int>();
        var texts = new WordRuns();
        var candidates = new List<Candidate>();
        foreach (var package in packages)
        {
            raw++;
            var candidate = new Candidate(package, texts.Of(package.Description), texts.Of(package.Synopsis));
            if (Unfit(candidate, cleaning) is { } reason) Drop(reason);
            else candidates.Add(candidate);
        }

        var phrases = Phrases(candidates, cleaning.PhraseSources);
        candidates.RemoveAll(candidate =>
        {
            bool bare = OwnWords(candidate.Words, phrases) < cleaning.MinOwnWords;
            if (bare) Drop(DropReason.Boilerplate);
            return bare;
        });

        // Of pairs that say the same the one with the plainest synopsis stays, so that suffixes that the text does not explain go first.
        candidates.Sort(static (a, b) => a.Package.Synopsis.Length != b.Package.Synopsis.Length
            ? a.Package.Synopsis.Length.CompareTo(b.Package.Synopsis.Length)
            : string.CompareOrdinal(a.Package.Name, b.Package.Name));
        var descriptions = new HashSet<string>(StringComparer.Ordinal);
        var synopses = new HashSet<string>(StringComparer.Ordinal);
        var siblings = new Dictionary<string, List<HashSet<string>>>(StringComparer.Ordinal);
        var kept = new List<Candidate>();
        foreach (var candidate in candidates)
        {
            var distinct = candidate.Words.ToHashSet(StringComparer.Ordinal);
            if (!siblings.TryGetValue(candidate.Package.Source, out var family)) siblings[candidate.Package.Source] = family = [];
            if (!descriptions.Add(string.Join(' ', candidate.Words))) Drop(DropReason.SameDescription);
            else if (!synopses.Add(Stem(candidate.Package.Synopsis, texts))) Drop(DropReason.SameSynopsis);
            else if (family.Any(kin => WordRuns.Jaccard(kin, distinct) > cleaning.SiblingSimilarity)) Drop(DropReason.SimilarSibling);
            else
            {
                family.Add(distinct);
                kept.Add(candidate);
            }
        }

        kept.Sort((a, b) => a.Order(cleaning.Seed).CompareTo(b.Order(cleaning.Seed)));
        var seen = new HashSet<ulong>();
        var splits = new Dictionary<DatasetSplit, List<SummaryExample>>();
        foreach (var split in Enum.GetValues<DatasetSplit>())
        {
            var examples = splits[split] = [];
            var fresh = split == DatasetSplit.Train ? seen : [];
            foreach (var candidate in kept.Where(c => SplitOf(c.Package.Source, cleaning) == split))
            {
                var runs = WordRuns.Hashes(candidate.Words, RunLength).ToList();
                if (split != DatasetSplit.Train && runs.Count(seen.Contains) > cleaning.MaxSeenInTraining * runs.Count)
                {
                    Drop(DropReason.SeenInTraining);
                    continue;
                }
                fresh.UnionWith(runs);
                examples.Add(candidate.ToExample());
            }
            if (fresh != seen) seen.UnionWith(fresh);
        }

        var report = new CleaningReport(raw, splits.Values.Sum(s => s.Count), dropped.OrderBy(d => d.Key).ToDictionary());
        return new(source, splits[DatasetSplit.Train], splits[DatasetSplit.Validation], splits[DatasetSplit.Test], report);

        void Drop(DropReason reason) => dropped[reason] = dropped.GetValueOrDefault(reason) + 1;
    }

    /// <summary>The split that a source package is in, whatever else is in the index: a hash of its name decides.</summary>
    public static DatasetSplit SplitOf(string sourcePackage, DebianCleaning cleaning)
    {
        double place = StableHash.Unit(sourcePackage);
        return place < cleaning.TestShare ? DatasetSplit.Test
            : place < cleaning.TestShare + cleaning.ValidationShare ? DatasetSplit.Validation
            : DatasetSplit.Train;
    }

    private static DropReason? Unfit(Candidate candidate, DebianCleaning cleaning)
    {
        var (package, words) = (candidate.Package, candidate.Words);
        if (words.Count == 0) return DropReason.NoDescription;
        if (package.Section.EndsWith("oldlibs", StringComparison.Ordinal) || TransitionalPattern().IsMatch(package.Synopsis)
            || TransitionalTextPattern().IsMatch(package.Description)) return DropReason.Transitional;
        if (package.Section.EndsWith("debug", StringComparison.Ordinal) || DebugPattern().IsMatch(package.Synopsis)) return DropReason.DebugSymbols;
        if (package.Description.Length < cleaning.MinDescriptionCharacters) return DropReason.DescriptionTooShort;
        if (package.Description.Length > cleaning.MaxDescriptionCharacters) return DropReason.DescriptionTooLong;
        int length = package.Synopsis.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        if (length < cleaning.MinSynopsisWords) return DropReason.SynopsisTooShort;
        if (length > cleaning.MaxSynopsisWords) return DropReason.SynopsisTooLong;
        var synopsis = candidate.SynopsisWords;
        if (synopsis.SequenceEqual(words.Take(synopsis.Count))) return DropReason.BeginsWithSynopsis;
        // Words of four letters and more stand for content words; shorter ones are mostly not.
        if (!synopsis.Any(w => w.Length >= 4 && words.Contains(w))) return DropReason.NothingInCommon;
        return null;
    }

    /// <summary>The runs of words that the descriptions of more than <paramref name="sources"/> source packages have.</summary>
    private static HashSet<ulong> Phrases(List<Candidate> candidates, int sources)
    {
        // Counters by the hash's low bits: sixteen million for some three million runs, so chance meetings do not add up to a phrase.
        var counts = new byte[1 << 24];
        var phrases = new HashSet<ulong>();
        foreach (var family in candidates.GroupBy(c => c.Package.Source, StringComparer.Ordinal))
        {
            foreach (ulong run in family.SelectMany(c => WordRuns.Hashes(c.Words, RunLength)).Distinct())
            {
                ref byte count = ref counts[run & 0xFFFFFF];
                if (count > sources) phrases.Add(run);
                else count++;
            }
        }
        return phrases;
    }

    /// <summary>The number of words that stand in no phrase.</summary>
    private static int OwnWords(List<string> words, HashSet<ulong> phrases)
    {
        int own = 0, coveredTo = 0, start = 0;
        foreach (ulong run in WordRuns.Hashes(words, RunLength))
        {
            if (phrases.Contains(run)) coveredTo = start + RunLength;
            else if (start >= coveredTo) own++;
            start++;
        }
        return own + Math.Max(0, words.Count - Math.Max(start, coveredTo));
    }

    /// <summary>The synopsis' words without a last part that only says which sibling it is.</summary>
    private static string Stem(string synopsis, WordRuns texts)
    {
        for (var match = LastPartPattern().Match(synopsis); match.Success && match.Index > 0; match = LastPartPattern().Match(synopsis))
        {
            if (!texts.Of(match.Value).All(RoleWords.Contains)) break;
            synopsis = synopsis[..match.Index];
        }
        return string.Join(' ', texts.Of(synopsis));
    }

    private static readonly HashSet<string> RoleWords = new(StringComparer.Ordinal)
    {
        "0", "a", "and", "api", "application", "applications", "architecture", "arch", "base", "based", "binaries", "binary", "bindings", "binding", "c", "cli",
        "client", "command", "common", "core", "daemon", "data", "debug", "demo", "demos", "dev", "devel", "development", "doc", "docs", "documentation", "dummy",
        "example", "examples", "extra", "extras", "feature", "file", "files", "for", "frontend", "gui", "header", "headers", "html", "implementation",
        "independent", "interface", "interpreter", "kit", "language", "lib", "libraries", "library", "line", "manual", "metapackage", "module", "modules", "of",
        "package", "packages", "perl", "plugin", "plugins", "program", "programs", "py", "python", "resources", "ruby", "runtime", "rust", "server",
        "shared", "source", "sources", "static", "support", "symbols", "test", "tests", "the", "tool", "tools", "utilities", "utils", "version", "with",
    };

    [GeneratedRegex(@"\b(transitional|transition|dummy|empty)\b.*\b(package|library)\b|\b(transitional|dummy)$|\(dummy\)|\(transitional\)", RegexOptions.IgnoreCase)]
    private static partial Regex TransitionalPattern();

    [GeneratedRegex(@"\b(transitional|dummy|empty) (dummy |virtual )?package\b", RegexOptions.IgnoreCase)]
    private static partial Regex TransitionalTextPattern();

    [GeneratedRegex(@"\bdebug(ging)?[ -](symbols?|info|information|files|package|version|build|data)\b|\bdebug\)?$", RegexOptions.IgnoreCase)]
    private static partial Regex DebugPattern();

    [GeneratedRegex(@"\s*\([^()]*\)\s*$|\s+[-–—]+\s+[^-–—]*$|\s*[,:;]\s[^,:;]*$")]
    private static partial Regex LastPartPattern();

    private sealed class Candidate(DebianPackage package, List<string> words, List<string> synopsisWords)
    {
        public DebianPackage Package { get; } = package;

        public List<string> Words { get; } = words;

        public List<string> SynopsisWords { get; } = synopsisWords;

        public ulong Order(int seed) => _order ??= StableHash.Of(FormattableString.Invariant($"{seed}/{Package.Name}"));

        private ulong? _order;

        public SummaryExample ToExample() => new(Package.Name, new Dictionary<string, string>
        {
            [PackageField] = Package.Name,
            [SectionField] = Package.Section,
            [DescriptionField] = Package.Description,
        }, Package.Synopsis);
    }
}
