namespace ActorRlhf.Model.Evaluation;

/// <summary>
/// The simulated gold judgement: how much a summary overlaps the human's, from 0 to 1.
/// <para>
/// It is (0.4 · ROUGE-1 + 0.2 · ROUGE-2 + 0.4 · ROUGE-L) · min(1, 1.5 / r), each ROUGE an F1 over content words cut to their stems, and r the candidate's
/// words over the reference's, stop words included.
/// </para>
/// <para>
/// Why: F1 asks for what the human said and for nothing else, so neither more words nor fewer pay; a word counts only as often as the human used it, so
/// repeating one does not pay; order is two fifths and neighbourhood one fifth of the score, so a heap of keywords stays behind a phrase. Stop words earn nothing, and the last
/// factor takes the profit out of padding with them. Stems let <c>parser</c> meet <c>parsing</c>.
/// </para>
/// </summary>
public static class GoldScore
{
    private const double UnigramWeight = 0.4, BigramWeight = 0.2, SequenceWeight = 0.4, FreeLength = 1.5;

    private static readonly HashSet<string> StopWords = new(StringComparer.Ordinal)
    {
        "a", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "for", "from", "has", "in", "into", "is", "it", "its", "of", "on", "or",
        "s", "that", "the", "their", "them", "these", "this", "those", "to", "which", "with", "you", "your",
    };

    private static readonly string[] Suffixes = ["ing", "ion", "er", "or", "ed"];

    /// <summary>Judges a summary.</summary>
    /// <param name="candidate">The summary judged.</param>
    /// <param name="reference">The human's summary.</param>
    public static double Of(string candidate, string reference)
    {
        var candidateWords = Rouge.Words(candidate);
        var referenceWords = Rouge.Words(reference);
        var a = Stems(candidateWords);
        var b = Stems(referenceWords);
        if (a.Count == 0 || b.Count == 0) return 0;
        double unigram = Rouge.N(a, b, 1).F1;
        // One word has no neighbour to be judged by; the words themselves stand in.
        double bigram = a.Count > 1 && b.Count > 1 ? Rouge.N(a, b, 2).F1 : unigram;
        double overlap = UnigramWeight * unigram + BigramWeight * bigram + SequenceWeight * Rouge.L(a, b).F1;
        double length = (double)candidateWords.Count / referenceWords.Count;
        return overlap * Math.Min(1, FreeLength / length);
    }

    /// <summary>The content words, stemmed; all words where every one is a stop word.</summary>
    private static List<string> Stems(List<string> words)
    {
        var content = words.Where(w => !StopWords.Contains(w)).ToList();
        return (content.Count > 0 ? content : words).ConvertAll(Stem);
    }

    /// <summary>
    /// Takes off a plural (Harman 1991), then one of a few verbal endings, then a last e; four letters stay at least, so that short words are left whole.
    /// </summary>
    internal static string Stem(string word)
    {
        if (word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal)) word = word[..^3] + "y";
        else if (word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u')) word = word[..^1];
        var suffix = Suffixes.FirstOrDefault(s => word.Length >= s.Length + 4 && word.EndsWith(s, StringComparison.Ordinal));
        if (suffix is not null) word = word[..^suffix.Length];
        return word.Length > 4 && word[^1] == 'e' ? word[..^1] : word;
    }
}
