using ActorRlhf.Model;
using ActorRlhf.Model.Data;
using ActorRlhf.Model.Rewards;

namespace ActorRlhf.Host.Runs;

/// <summary>The check before PPO: how often a reward model ranks a human summary above another text's, and above its own first half.</summary>
public static class ReferenceCheck
{
    private const int Texts = 512; // enough for the mean reference reward and the check

    /// <summary>Human summaries of held-out texts with their queries.</summary>
    public static List<(int[] Query, int[] Response)> Pairs(SummaryDataset data, SummaryTask task) =>
        [.. data.Validation.Take(Texts).Select(example => (task.Query(example), task.Answer(example.Reference)))];

    /// <summary>Makes the check against other texts' summaries.</summary>
    public static RewardCheck Of(RewardModel reward, SummaryDataset data, SummaryTask task, RunSettings settings)
    {
        var pairs = Pairs(data, task);
        var partners = RewardCheck.Partners(pairs.Count, settings.Seed);
        return RewardCheck.Of(
            reward.Score(pairs), reward.Score([.. pairs.Select((pair, i) => (pair.Query, pairs[partners[i]].Response))]), settings.RewardCheck);
    }

    /// <summary>Makes the check against their own first halves; null where all summaries are too short to be cut.</summary>
    public static RewardCheck? OfTruncated(RewardModel reward, SummaryDataset data, SummaryTask task, RunSettings settings)
    {
        var endOfText = task.Tokenizer.EndOfText;
        var cut = Pairs(data, task).Select(pair => (Whole: pair, Half: RewardCheck.Truncate(pair.Response, endOfText))).Where(pair => pair.Half is not null).ToArray();
        return cut.Length == 0
            ? null
            : RewardCheck.Of(
                reward.Score([.. cut.Select(pair => pair.Whole)]), reward.Score([.. cut.Select(pair => (pair.Whole.Query, pair.Half!))]), settings.TruncationCheck, RewardCheck.Truncated);
    }

    /// <summary>Makes both checks; one whose threshold is 0 is left out.</summary>
    /// <exception cref="UserErrorException">The reward model does not pass.</exception>
    public static void Require(RewardModel reward, SummaryDataset data, SummaryTask task, RunSettings settings)
    {
        if (settings.RewardCheck > 0) Of(reward, data, task, settings).Require();
        if (settings.TruncationCheck > 0) OfTruncated(reward, data, task, settings)?.Require();
    }
}
