namespace ActorRlhf.Model.Ppo;

/// <summary>
/// Where a response ends and what a missing end costs: the truncation and the filter of Ziegler et al. 2019 (section 3.2 and their
/// task code), with end-of-text as the truncation token.
/// </summary>
public static class ResponseEnd
{
    /// <summary>
    /// The part of a sampled response that counts: everything up to and including the first end-of-text token, at most
    /// <paramref name="length"/> tokens. Tokens behind it get no reward, no loss and no place in a batch.
    /// </summary>
    /// <param name="sampled">Tokens as sampled.</param>
    /// <param name="endOfText">The end-of-text token.</param>
    /// <param name="length">Most tokens a response may have, the end-of-text token included.</param>
    public static ReadOnlyMemory<int> Truncate(ReadOnlyMemory<int> sampled, int endOfText, int length)
    {
        ReadOnlyMemory<int> kept = sampled.Length > length ? sampled[..length] : sampled;
        int end = kept.Span.IndexOf(endOfText);
        return end < 0 ? kept : kept[..(end + 1)];
    }

    /// <summary>Whether a truncated response ended by itself.</summary>
    public static bool HasEnded(ReadOnlySpan<int> response, int endOfText) => !response.IsEmpty && response[^1] == endOfText;

    /// <summary>The score that training uses: the reward model's for a response that ended, the fixed penalty for one that never did.</summary>
    /// <param name="response">The truncated response.</param>
    /// <param name="endOfText">The end-of-text token.</param>
    /// <param name="rewardModelScore">What the reward model said.</param>
    /// <param name="settings">Holds the penalty, <see cref="PpoSettings.UnendedScore"/>.</param>
    public static float Score(ReadOnlySpan<int> response, int endOfText, float rewardModelScore, PpoSettings settings) =>
        HasEnded(response, endOfText) ? rewardModelScore : (float)settings.UnendedScore;
}
