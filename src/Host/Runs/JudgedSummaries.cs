using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Host.Runs;

/// <summary>One author's summaries of held-out texts, judged.</summary>
/// <param name="Texts">One a text.</param>
/// <param name="Gold">The simulated labeler's noiseless scores.</param>
/// <param name="Rewards">The reward model's scores; empty where there is none.</param>
public sealed record JudgedSummaries(IReadOnlyList<string> Texts, IReadOnlyList<double> Gold, IReadOnlyList<float> Rewards)
{
    /// <summary>Wins over another author by gold score.</summary>
    public WinRate WinsOver(JudgedSummaries other) => WinRate.OfScores(Gold, other.Gold);

    /// <summary>Wins over another author by the reward model.</summary>
    public WinRate RewardWinsOver(JudgedSummaries other) =>
        WinRate.OfScores([.. Rewards.Select(reward => (double)reward)], [.. other.Rewards.Select(reward => (double)reward)]);
}
