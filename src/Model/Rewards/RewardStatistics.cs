namespace ActorRlhf.Model.Rewards;

/// <summary>What a reward model makes of some preferences.</summary>
/// <param name="Loss">Mean loss of a preference, nats.</param>
/// <param name="Accuracy">Share of preferences whose chosen response has the highest reward; a tie among b best ones counts 1/b.</param>
/// <param name="Margin">Mean reward of the chosen response minus the mean of the best other one.</param>
/// <param name="Preferences">How many preferences.</param>
public sealed record RewardStatistics(double Loss, double Accuracy, double Margin, int Preferences)
{
    /// <summary>Statistics of rewards that are known already.</summary>
    /// <param name="rewards">One row a preference: the rewards of its responses.</param>
    /// <param name="choices">Index of each preference's chosen response.</param>
    public static RewardStatistics Of(IReadOnlyList<float[]> rewards, IReadOnlyList<int> choices)
    {
        if (rewards.Count == 0)
            throw new ArgumentException("there are no preferences to measure", nameof(rewards));
        double loss = 0, right = 0, margin = 0;
        for (int i = 0; i < rewards.Count; i++)
        {
            float[] row = rewards[i];
            float chosen = row[choices[i]], best = row.Max();
            loss += best - chosen + Math.Log(row.Sum(r => Math.Exp((double)r - best)));
            if (chosen == best)
                right += 1.0 / row.Count(r => r == best);
            margin += chosen - row.Where((_, index) => index != choices[i]).Max();
        }

        return new RewardStatistics(loss / rewards.Count, right / rewards.Count, margin / rewards.Count, rewards.Count);
    }
}
