namespace ActorRlhf.Model.Evaluation;

/// <summary>The baseline every summarizer has to beat: the first words of the text.</summary>
public static class LeadBaseline
{
    /// <summary>The text's first words, parted by single spaces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">How many, 1 or more.</param>
    public static string Summarize(string text, int words)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(words, 1);
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(words));
    }
}
