using ActorRlhf.Model.Data;
using ActorRlhf.Model.Rewards;

namespace ActorRlhf.Host.Runs;

/// <summary>The check before PPO: how often a reward model ranks a human summary above another text's.</summary>
public static class ReferenceCheck
{
    private const int Texts = 512; // enough for the mean reference reward and the check

    /// <summary>Human summaries of held-out texts with their queries.</summary>
    public static List<(int[] Query, int[] Response)> Pairs(SummaryDataset data, SummaryTask task) =>
        [.. data.Validation.Take(Texts).Select(example => (task.Query(example), task.Answer(example.Reference)))];

    /// <summary>Makes the check.</summary>
    public static RewardCheck Of(RewardModel reward, SummaryDataset data, SummaryTask task, RunSettings settings)
    {
        var pairs = Pairs(data, task);
        var partners = RewardCheck.Partners(pairs.Count, settings.Seed);
        return RewardCheck.Of(
            reward.Score(pairs), reward.Score([.. pairs.Select((pair, i) => (pair.Query, pairs[partners[i]].Response))]), settings.RewardCheck);
    }
}
