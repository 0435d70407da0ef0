using System.Text;

namespace ActorRlhf.Model.Data;

/// <summary>Texts seen as rows of plain words, to compare them by what they say and not how they are set. Equal words share one string.</summary>
internal sealed class WordRuns
{
    private readonly HashSet<string> _vocabulary = new(StringComparer.Ordinal);

    /// <summary>The words in lower case, without punctuation; a number, whichever it is, becomes <c>0</c>.</summary>
    public List<string> Of(string content)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (char c in content)
        {
            if (char.IsAsciiDigit(c))
            {
                if (word.Length == 0 || word[^1] != '0') word.Append('0');
            }
            else if (char.IsLetter(c)) word.Append(char.ToLowerInvariant(c));
            else if (word.Length > 0) End();
        }
        if (word.Length > 0) End();
        words.TrimExcess();
        return words;

        void End()
        {
            var text = word.ToString();
            if (_vocabulary.TryGetValue(text, out var known)) text = known;
            else _vocabulary.Add(text);
            words.Add(text);
            word.Clear();
        }
    }

    /// <summary>The hashes of all runs of <paramref name="length"/> words; of the whole row where it is shorter.</summary>
    public static IEnumerable<ulong> Hashes(IReadOnlyList<string> words, int length)
    {
        for (int start = 0; start == 0 || start + length <= words.Count; start++)
        {
            // FNV-1a over the letters, a zero between words.
            ulong hash = 14695981039346656037UL;
            for (int i = start; i < Math.Min(start + length, words.Count); i++)
            {
                foreach (char c in words[i]) hash = (hash ^ c) * 1099511628211UL;
                hash *= 1099511628211UL;
            }
            yield return hash;
        }
    }

    /// <summary>Jaccard index of two sets of words: shared over all.</summary>
    public static double Jaccard(HashSet<string> a, HashSet<string> b)
    {
        int shared = a.Count(b.Contains);
        int all = a.Count + b.Count - shared;
        return all == 0 ? 1 : (double)shared / all;
    }
}
