using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Host.Demo;

/// <summary>One author's summaries of the test texts, judged.</summary>
/// <param name="Texts">One a text.</param>
/// <param name="Gold">The simulated labeler's noiseless scores.</param>
/// <param name="Rewards">The reward model's scores.</param>
internal sealed record JudgedSummaries(IReadOnlyList<string> Texts, IReadOnlyList<double> Gold, IReadOnlyList<float> Rewards)
{
    /// <summary>Wins over another author by gold score.</summary>
    public WinRate WinsOver(JudgedSummaries other) => WinRate.OfScores(Gold, other.Gold);

    /// <summary>Share of rewards above another author's; a tie counts half.</summary>
    public static double Rate(IReadOnlyList<float> rewards, IReadOnlyList<float> others) =>
        WinRate.OfScores([.. rewards.Select(reward => (double)reward)], [.. others.Select(reward => (double)reward)]).Rate;
}

/// <summary>What four authors wrote of the test texts; the policies at temperature 0.</summary>
internal sealed record DemoSummaries(HeldOut Test, JudgedSummaries Human, JudgedSummaries Lead, JudgedSummaries Sft, JudgedSummaries Ppo);
