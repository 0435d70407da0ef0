namespace ActorRlhf.Model.Evaluation;

/// <summary>How much a text repeats itself, a first sign of a policy that has gone astray.</summary>
public static class Repetition
{
    /// <summary>The part of a text's n-grams of words that stood in it before: 1 − different n-grams / n-grams; 0 for a text too short to have any.</summary>
    /// <param name="text">The text.</param>
    /// <param name="n">Words in a row, 1 or more.</param>
    public static double Share(string text, int n = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var words = Rouge.Words(text);
        int grams = words.Count - n + 1;
        if (grams < 1) return 0;
        return 1 - (double)Enumerable.Range(0, grams).Select(i => string.Join(' ', words.Skip(i).Take(n))).Distinct().Count() / grams;
    }
}
