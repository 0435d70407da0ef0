namespace ActorRlhf.Model.Text;

/// <summary>A query as the policy reads it.</summary>
/// <param name="Tokens">The token ids, without padding.</param>
/// <param name="Text">What they spell: the template filled in, its truncate-field as long as fits.</param>
public sealed record EncodedQuery(IReadOnlyList<int> Tokens, string Text)
{
    /// <summary>The tokens at the end of <paramref name="length"/> ids, padded on the left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The query has more tokens than that.</exception>
    public int[] Padded(int length, int padding)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, Tokens.Count);
        return [.. Enumerable.Repeat(padding, length - Tokens.Count), .. Tokens];
    }
}
