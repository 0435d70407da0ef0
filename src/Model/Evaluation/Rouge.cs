using System.Text;

namespace ActorRlhf.Model.Evaluation;

/// <summary>Precision, recall and their harmonic mean; all from 0 to 1, and 0 where undefined.</summary>
/// <param name="Precision">The part of the candidate that the reference has.</param>
/// <param name="Recall">The part of the reference that the candidate has.</param>
public readonly record struct RougeScore(double Precision, double Recall)
{
    /// <summary>2PR / (P + R).</summary>
    public double F1 => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    internal static RougeScore Of(int matched, int candidate, int reference) =>
        matched == 0 ? default : new((double)matched / candidate, (double)matched / reference);
}

/// <summary>
/// ROUGE (Lin 2004) of a candidate against one reference. Words are runs of ASCII letters and digits in lower case, without stemming, as in the
/// widely used reference implementation.
/// </summary>
public static class Rouge
{
    /// <summary>ROUGE-N: n-grams in common, each counted as often as both have it.</summary>
    /// <param name="candidate">The summary judged.</param>
    /// <param name="reference">The summary it is judged by.</param>
    /// <param name="n">1 or more.</param>
    public static RougeScore N(string candidate, string reference, int n) => N(Words(candidate), Words(reference), n);

    /// <summary>ROUGE-L: the longest common subsequence of the whole texts.</summary>
    public static RougeScore L(string candidate, string reference) => L(Words(candidate), Words(reference));

    internal static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (char c in text.Append(' '))
        {
            if (char.IsAsciiLetterOrDigit(c)) word.Append(char.ToLowerInvariant(c));
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        return words;
    }

    internal static RougeScore N(IReadOnlyList<string> candidate, IReadOnlyList<string> reference, int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var left = Counts(reference, n);
        int matched = 0;
        foreach (var (gram, count) in Counts(candidate, n)) matched += Math.Min(count, left.GetValueOrDefault(gram));
        return RougeScore.Of(matched, candidate.Count - n + 1, reference.Count - n + 1);
    }

    internal static RougeScore L(IReadOnlyList<string> candidate, IReadOnlyList<string> reference)
    {
        // lengths[j]: the longest common subsequence of the candidate's words so far and the reference's first j.
        var lengths = new int[reference.Count + 1];
        foreach (var word in candidate)
        {
            int diagonal = 0;
            for (int j = 1; j <= reference.Count; j++)
            {
                int above = lengths[j];
                lengths[j] = word == reference[j - 1] ? diagonal + 1 : Math.Max(above, lengths[j - 1]);
                diagonal = above;
            }
        }
        return RougeScore.Of(lengths[^1], candidate.Count, reference.Count);
    }

    private static Dictionary<string, int> Counts(IReadOnlyList<string> words, int n)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i + n <= words.Count; i++)
        {
            var gram = n == 1 ? words[i] : string.Join(' ', words.Skip(i).Take(n));
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }
        return counts;
    }
}
