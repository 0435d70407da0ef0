using ActorRlhf.Model.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ActorRlhf.Model.Tests.Text;

public sealed class BpeTrainerTests
{
    [Fact]
    public void The_most_frequent_pair_merges_first_and_lower_ids_break_ties()
    {
        // hug ×10, pug ×5, pun ×12, bun ×4, hugs ×5, counted by hand:
        // ug 20 (un 16, hu 15, gs 5) → un 16 (h·ug 15) → h·ug 15 → p·un 12
        // → p·ug 5 and hug·s 5: 'p' has the lower id → hug·s → b·un 4
        string[] texts = [.. Repeat("hug", 10), .. Repeat("pug", 5), .. Repeat("pun", 12), .. Repeat("bun", 4), .. Repeat("hugs", 5)];
        Assert.Equal(["u g", "u n", "h ug", "p un", "p ug", "hug s", "b un"], MergesOf(ByteLevelBpe.Train(texts, 1000)));
        Assert.Equal(["u g", "u n", "h ug"], MergesOf(ByteLevelBpe.Train(texts, 260)));
    }

    [Fact]
    public void Overlapping_pairs_count_as_often_as_they_stand()
    {
        // "aaaa" twice: aa stands 3 times in each, 6; then aa·aa twice
        Assert.Equal(["a a", "aa aa"], MergesOf(ByteLevelBpe.Train(["aaaa", "aaaa"], 1000)));
    }

    [Fact]
    public void The_vocabulary_is_the_bytes_the_merges_and_the_end_of_text()
    {
        var bpe = ByteLevelBpe.Train(Corpus.English, 300);
        Assert.Equal(300, bpe.VocabularySize);
        Assert.Equal(299, bpe.EndOfText);
        Assert.Equal("<|endoftext|>", bpe.Decode([299]));
        Assert.Equal(43, MergesOf(bpe).Count);
    }

    [Fact]
    public void Pairs_that_occur_once_are_not_learned()
    {
        Assert.Equal(257, ByteLevelBpe.Train(["abcdefg"], 1000).VocabularySize);
        Assert.Equal(257, ByteLevelBpe.Train([], 1000).VocabularySize);
    }

    [Fact]
    public void The_order_of_the_texts_does_not_matter()
    {
        var merges = MergesOf(ByteLevelBpe.Train(Corpus.English, 600));
        Assert.Equal(merges, MergesOf(ByteLevelBpe.Train(Corpus.English, 600)));
        Assert.Equal(merges, MergesOf(ByteLevelBpe.Train(Corpus.English.Reverse(), 600)));
    }

    [Fact]
    public void The_incremental_counts_give_what_counting_afresh_gives()
    {
        var word = Gen.Elements('a', 'b', 'c', 'd').ListOf().Select(string.Concat);
        var texts = word.ListOf().Select(words => words.ToArray());
        Check.One(Properties.Of(300), Prop.ForAll(texts.ToArbitrary(), t =>
            CountAfresh(t, 20).SequenceEqual(MergesOf(ByteLevelBpe.Train(t, 257 + 20)))));
    }

    [Fact]
    public void Progress_rises_to_one_and_cancelling_stops_it()
    {
        var progress = new Shares();
        ByteLevelBpe.Train(Corpus.English, 400, progress);
        Assert.Equal(1, progress.Seen[^1]);
        Assert.Equal(progress.Seen.Order(), progress.Seen);

        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => ByteLevelBpe.Train(Corpus.English, 400, null, cancelled.Token));
    }

    [Fact]
    public void A_size_without_room_for_the_bytes_is_refused()
    {
        var e = Assert.Throws<UserErrorException>(() => ByteLevelBpe.Train([], 256));
        Assert.Equal("vocabulary size 256: a byte-level vocabulary has 256 bytes and <|endoftext|>; ask for 257 or more", e.Message);
    }

    /// <summary>Counts all pairs again before every merge. Words are letters only, so that one is one word.</summary>
    private static List<string> CountAfresh(string[] words, int most)
    {
        var split = words.Select(word => word.Select(c => c.ToString()).ToList()).ToList();
        var ids = new List<string>(Enumerable.Range('a', 4).Select(c => ((char)c).ToString()));
        var merges = new List<string>();
        var refused = new HashSet<(string, string)>();
        while (merges.Count < most)
        {
            var best = split.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair)
                .Where(pair => pair.Count() > 1 && !refused.Contains(pair.Key))
                .OrderByDescending(pair => pair.Count())
                .ThenBy(pair => ids.IndexOf(pair.Key.First)).ThenBy(pair => ids.IndexOf(pair.Key.Second))
                .FirstOrDefault();
            if (best is null)
                break;
            var (left, right) = best.Key;
            if (ids.Contains(left + right))
            {
                refused.Add((left, right)); // a second way to spell a token
                continue;
            }
            ids.Add(left + right);
            merges.Add($"{left} {right}");
            foreach (var word in split)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] != left || word[i + 1] != right)
                        continue;
                    word[i] += right;
                    word.RemoveAt(i + 1);
                }
            }
        }
        return merges;
    }

    private static IReadOnlyList<string> MergesOf(ByteLevelBpe bpe)
    {
        using var folder = new TokenizerFolder();
        bpe.Save(folder.Path);
        return File.ReadAllLines(folder.Merges)[1..];
    }

    private static IEnumerable<string> Repeat(string text, int count) => Enumerable.Repeat(text, count);

    private sealed class Shares : IProgress<double>
    {
        public List<double> Seen { get; } = [];

        public void Report(double value) => Seen.Add(value);
    }
}
