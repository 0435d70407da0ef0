namespace ActorRlhf.Model.Text;

/// <summary>
/// How a summary ends, as OpenAI's <c>TaskResponseHParams</c>: a response runs up to and including its first end-of-text token, or
/// over its whole length where it has none; what a policy wrote after that is not part of it.
/// </summary>
public sealed record ResponseFormat
{
    /// <summary>The most tokens a response may have, its end-of-text among them.</summary>
    public required int Length { get; init; }

    /// <summary>The id at which a response ends.</summary>
    public required int EndOfText { get; init; }

    /// <summary>The id that stands after the end; may be the same.</summary>
    public required int Padding { get; init; }

    /// <summary>Responses of at most <paramref name="length"/> tokens in a tokenizer's own end and padding.</summary>
    public static ResponseFormat Of(ByteLevelBpe tokenizer, int length) =>
        new() { Length = length, EndOfText = tokenizer.EndOfText, Padding = tokenizer.Padding };

    /// <summary>
    /// The response within sampled tokens, <see cref="Length"/> ids: what was sampled up to and including the first end-of-text, then
    /// padding. What was sampled beyond <see cref="Length"/> is dropped.
    /// </summary>
    public int[] Pad(ReadOnlySpan<int> sampled)
    {
        var response = sampled[..Math.Min(sampled.Length, Length)];
        var end = response.IndexOf(EndOfText);
        if (end >= 0)
            response = response[..(end + 1)];
        return [.. response, .. Enumerable.Repeat(Padding, Length - response.Length)];
    }

    /// <summary>A human's summary as a response: its tokens and the end-of-text, without padding.</summary>
    /// <param name="tokenizer">What makes the tokens.</param>
    /// <param name="summary">The text; it may be empty.</param>
    /// <param name="truncate">Whether one that is too long loses its last tokens (and still ends) instead of being refused.</param>
    /// <exception cref="UserErrorException">The summary is too long and may not be truncated.</exception>
    public int[] Encode(ByteLevelBpe tokenizer, string summary, bool truncate = false)
    {
        var tokens = tokenizer.Encode(summary).AsSpan();
        if (tokens.Length >= Length && !truncate)
        {
            throw new UserErrorException(
                $"summary of {tokens.Length + 1} tokens with its end, and {Length} are allowed: \"{Shorten(summary)}\"; " +
                "raise the response length or drop it");
        }
        return [.. tokens[..Math.Min(tokens.Length, Math.Max(Length - 1, 0))], EndOfText];
    }

    /// <summary>The text of a response, without its end and its padding.</summary>
    public string Decode(ByteLevelBpe tokenizer, ReadOnlySpan<int> response)
    {
        var end = response.IndexOfAny(EndOfText, Padding);
        return tokenizer.Decode(end < 0 ? response : response[..end]);
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
