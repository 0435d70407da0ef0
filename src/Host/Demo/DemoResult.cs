using System.Text.Json;
using System.Text.Json.Serialization;
using ActorRlhf.Model.Evaluation;

namespace ActorRlhf.Host.Demo;

/// <summary>A demo run's figures, as <c>report.json</c> has them. All are on held-out text.</summary>
public sealed record DemoResult
{
    /// <summary>How the figures are written.</summary>
    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Where the texts come from.</summary>
    public required string Data { get; init; }

    /// <summary>Supervised fine-tuning.</summary>
    public required SftFigures Sft { get; init; }

    /// <summary>The reward model.</summary>
    public required RewardFigures Reward { get; init; }

    /// <summary>The trained policy against the reward model.</summary>
    public required PpoFigures Ppo { get; init; }

    /// <summary>Win rates by the simulated labeler's gold judgement, at temperature 0.</summary>
    public required GoldFigures Gold { get; init; }

    /// <summary>Seconds of each step.</summary>
    public required IReadOnlyDictionary<string, double> PhaseSeconds { get; init; }

    /// <summary>Seconds of all steps.</summary>
    public double ElapsedSeconds => PhaseSeconds.Values.Sum();

    /// <summary>Most memory the process ever held, megabytes.</summary>
    [JsonPropertyName("peak_rss_mb")]
    public required double PeakRssMegabytes { get; init; }
}

/// <param name="ValidationLoss">Nats a token of human summaries in the validation split, after fine-tuning.</param>
/// <param name="BaseValidationLoss">The same before it.</param>
public sealed record SftFigures(double ValidationLoss, double BaseValidationLoss);

/// <param name="Accuracy">Share of held-out pairs that the model ranks as the labeler's noiseless judgement does.</param>
/// <param name="LabelAccuracy">Share that it ranks as the noisy labels do.</param>
/// <param name="LabelNoise">Share of labels that contradict the labeler's noiseless judgement.</param>
/// <param name="TrainComparisons">Comparisons learned from.</param>
/// <param name="ValidationComparisons">Comparisons measured on.</param>
/// <param name="ReferenceShare">Share of human summaries that outrank another text's.</param>
/// <param name="OwnAccuracy">The accuracy on those held-out pairs in which the policy wrote both summaries, the hardest kind.</param>
/// <param name="OwnLabelNoise">The label noise among such pairs of the training set.</param>
/// <param name="OwnComparisons">Such pairs measured on.</param>
public sealed record RewardFigures(
    double Accuracy, double LabelAccuracy, double LabelNoise, int TrainComparisons, int ValidationComparisons, double ReferenceShare,
    double OwnAccuracy, double OwnLabelNoise, int OwnComparisons);

/// <param name="RewardGainSd">(mean score of PPO − mean score of SFT) / standard deviation of SFT's scores, samples at the temperature of training.</param>
/// <param name="Kl">KL of the trained policy from SFT, nats an episode, samples at the temperature of training.</param>
/// <param name="MeanScore">The trained policy's mean score.</param>
/// <param name="SftMeanScore">SFT's mean score.</param>
/// <param name="SftScoreSd">Standard deviation of SFT's scores.</param>
/// <param name="Episodes">Episodes trained on.</param>
/// <param name="UnendedShare">Share of the trained policy's samples that never ended.</param>
/// <param name="WinRateVsReference">Share of texts for which the reward model prefers the policy's summary at temperature 0 to the human one.</param>
public sealed record PpoFigures(
    double RewardGainSd, double Kl, double MeanScore, double SftMeanScore, double SftScoreSd, long Episodes, double UnendedShare, double WinRateVsReference);

/// <summary>Win rates; a tie counts half, intervals are Wilson's at 95%.</summary>
public sealed record GoldFigures
{
    /// <summary>PPO against SFT.</summary>
    public required double WinRateVsSft { get; init; }

    /// <summary>The lower end of its interval.</summary>
    public required double WinRateVsSftLow { get; init; }

    /// <summary>The upper end of its interval.</summary>
    public required double WinRateVsSftHigh { get; init; }

    /// <summary>PPO against the human summary. The gold judgement measures closeness to that very summary, so only equal words can tie with it.</summary>
    public required double WinRateVsReference { get; init; }

    /// <summary>PPO against the text's first words.</summary>
    public required double WinRateVsLead { get; init; }

    /// <summary>SFT against the text's first words.</summary>
    public required double SftWinRateVsLead { get; init; }

    /// <summary>Mean gold score of PPO's summaries.</summary>
    public required double PpoScore { get; init; }

    /// <summary>Mean gold score of SFT's summaries.</summary>
    public required double SftScore { get; init; }

    /// <summary>Mean gold score of the text's first words.</summary>
    public required double LeadScore { get; init; }

    /// <summary>Texts judged.</summary>
    public required int Texts { get; init; }

    /// <summary>The figures of judged summaries.</summary>
    internal static GoldFigures Of(DemoSummaries summaries)
    {
        var vsSft = summaries.Ppo.WinsOver(summaries.Sft);
        return new()
        {
            WinRateVsSft = vsSft.Rate,
            WinRateVsSftLow = vsSft.Interval.Low,
            WinRateVsSftHigh = vsSft.Interval.High,
            WinRateVsReference = summaries.Ppo.WinsOver(summaries.Human).Rate,
            WinRateVsLead = summaries.Ppo.WinsOver(summaries.Lead).Rate,
            SftWinRateVsLead = summaries.Sft.WinsOver(summaries.Lead).Rate,
            PpoScore = summaries.Ppo.Gold.Average(),
            SftScore = summaries.Sft.Gold.Average(),
            LeadScore = summaries.Lead.Gold.Average(),
            Texts = summaries.Texts.Count,
        };
    }
}
