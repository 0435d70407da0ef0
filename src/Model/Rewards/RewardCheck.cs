using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Rewards;

/// <summary>
/// The check before a PPO run: does the reward model rank reference summaries above worse ones, shuffled, that is, the reference summary of some
/// other text, or truncated? A flipped sign once trained a model to be as bad as it could (Ziegler et al. 2019, section 4.4); this stops it at the start.
/// </summary>
/// <param name="Share">Share of texts whose own summary has the higher reward; a tie counts half.</param>
/// <param name="Threshold">The share that is asked for.</param>
/// <param name="Worse">What they are compared with, for an error message.</param>
public sealed record RewardCheck(double Share, double Threshold, string Worse = RewardCheck.Shuffled)
{
    /// <summary>Compared with other texts' summaries.</summary>
    public const string Shuffled = "shuffled ones";

    /// <summary>Compared with their own first halves.</summary>
    public const string Truncated = "truncated ones";

    /// <summary>Whether the run may begin.</summary>
    public bool Passed => Share > Threshold;

    /// <summary>Compares rewards that are known already.</summary>
    /// <param name="references">Reward of each text's own reference summary.</param>
    /// <param name="worse">Reward of the worse summary for the same text.</param>
    /// <param name="threshold">The share of texts that must be ranked right, 0.5 being chance.</param>
    /// <param name="name">What the worse ones are.</param>
    /// <exception cref="ArgumentException">There are no texts, or the two lists differ in length.</exception>
    public static RewardCheck Of(IReadOnlyList<float> references, IReadOnlyList<float> worse, double threshold, string name = Shuffled)
    {
        if (references.Count == 0 || references.Count != worse.Count)
            throw new ArgumentException($"the check compares as many rewards of references as of {name}, at least one; got {references.Count} and {worse.Count}");
        double right = references.Zip(worse, (own, other) => own > other ? 1 : own == other ? 0.5 : 0).Sum();
        return new RewardCheck(right / references.Count, threshold, name);
    }

    /// <summary>The first half of a summary's tokens, ended; null where a summary has fewer than two tokens before its end.</summary>
    /// <param name="summary">A reference summary with its end-of-text token.</param>
    /// <param name="endOfText">The end-of-text token.</param>
    public static int[]? Truncate(int[] summary, int endOfText)
    {
        ReadOnlySpan<int> words = ResponseEnd.HasEnded(summary, endOfText) ? summary.AsSpan(..^1) : summary;
        return words.Length < 2 ? null : [.. words[..(words.Length / 2)], endOfText];
    }

    /// <summary>For each text, the index of another one whose summary it is compared with; every summary is used once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two texts.</exception>
    public static int[] Partners(int texts, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(texts, 2);
        int[] order = new RandomStream(seed).Permutation(texts), partners = new int[texts];
        for (int i = 0; i < texts; i++)
            partners[order[i]] = order[(i + 1) % texts];
        return partners;
    }

    /// <summary>Does nothing if the check passed.</summary>
    /// <exception cref="UserErrorException">It did not.</exception>
    public void Require()
    {
        if (!Passed)
        {
            throw new UserErrorException(FormattableString.Invariant(
                $"the reward model ranks {Share:P1} of reference summaries above {Worse}, which must be more than {Threshold:P1}; train it longer, or look for a flipped sign or choice in its comparisons"));
        }
    }
}
