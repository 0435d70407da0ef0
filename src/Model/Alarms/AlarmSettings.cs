using System.ComponentModel.DataAnnotations;

namespace ActorRlhf.Model.Alarms;

/// <summary>The limits of a run's alarms. A limit of null is none; what the numbers measure is said at <see cref="AlarmMetric"/>.</summary>
public sealed record AlarmSettings
{
    /// <summary>How many updates an alarm's history goes back.</summary>
    public const int History = 50;

    /// <summary>Whether there are limits. Where nobody is there to answer an alarm, such as in a test, there may be none; what is not a number stops training all the same.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Episodes, at least, that say what a run was like at its start: the updates are taken until they have so many. Until then nothing that is compared with the start gives an alarm.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public long StartEpisodes { get; init; } = 256;

    /// <summary>KL from the reference policy, nats an episode.</summary>
    public AlarmLimits Kl { get; init; } = new() { WarnAbove = 20, StopAbove = 40, WarnBelow = -0.2, StopBelow = -0.5 };

    /// <summary>KL from the reference policy, nats a token: the same limit for long and short responses.</summary>
    public AlarmLimits KlPerToken { get; init; } = new() { WarnAbove = 1, StopAbove = 1.5, Updates = 2 };

    /// <summary>Entropy of the next token, as a multiple of the start's.</summary>
    public AlarmLimits Entropy { get; init; } = new() { WarnAbove = 1.3, StopAbove = 1.5, WarnBelow = 0.3, StopBelow = 0.15, Updates = 3 };

    /// <summary>Mean score, in the reward model's units. What is normal depends on the reward model, so there is no limit unless one is set.</summary>
    public AlarmLimits Reward { get; init; } = new() { Updates = 3 };

    /// <summary>How far the mean score is below its best, in standard deviations of the scores at the start.</summary>
    public AlarmLimits RewardDrop { get; init; } = new() { WarnAbove = 0.5, StopAbove = 1, Updates = 3 };

    /// <summary>How far scores are from what the learner's own reward model says of the same responses, in standard deviations of the batch's scores.</summary>
    public AlarmLimits ScoreAudit { get; init; } = new() { WarnAbove = 0.1, StopAbove = 0.5 };

    /// <summary>Mean response length, as a multiple of the start's.</summary>
    public AlarmLimits ResponseLength { get; init; } = new() { WarnAbove = 1.25, StopAbove = 1.4, WarnBelow = 0.45, StopBelow = 0.3, Updates = 3 };

    /// <summary>Correlation of score and length.</summary>
    public AlarmLimits LengthBias { get; init; } = new() { WarnAbove = 0.6, StopAbove = 0.8, WarnBelow = -0.6, StopBelow = -0.8, Updates = 3 };

    /// <summary>Share of a response's pairs of neighbouring tokens that stand in it before.</summary>
    public AlarmLimits Repetition { get; init; } = new() { WarnAbove = 0.2, StopAbove = 0.4, Updates = 2 };

    /// <summary>The loss's size, as a multiple of the lowest that it has settled at.</summary>
    public AlarmLimits Loss { get; init; } = new() { WarnAbove = 10, StopAbove = 100 };

    /// <summary>The gradient's norm before clipping, as a multiple of the lowest that it has settled at.</summary>
    public AlarmLimits GradientNorm { get; init; } = new() { WarnAbove = 10, StopAbove = 100 };

    /// <summary>Versions that the policies that sampled a batch are behind the one that learned from it.</summary>
    public AlarmLimits Staleness { get; init; } = new() { WarnAbove = 8 };

    /// <summary>Share of responses that did not end by themselves.</summary>
    public AlarmLimits Truncated { get; init; } = new() { WarnAbove = 0.3, StopAbove = 0.6, Updates = 2 };

    /// <summary>The limits of a metric.</summary>
    public AlarmLimits this[AlarmMetric metric] => metric switch
    {
        AlarmMetric.Nan => NotFinite,
        _ when !Enabled => NoLimits,
        AlarmMetric.Kl => Kl,
        AlarmMetric.KlPerToken => KlPerToken,
        AlarmMetric.Entropy => Entropy,
        AlarmMetric.Reward => Reward,
        AlarmMetric.RewardDrop => RewardDrop,
        AlarmMetric.ScoreAudit => ScoreAudit,
        AlarmMetric.ResponseLength => ResponseLength,
        AlarmMetric.LengthBias => LengthBias,
        AlarmMetric.Repetition => Repetition,
        AlarmMetric.Loss => Loss,
        AlarmMetric.GradientNorm => GradientNorm,
        AlarmMetric.Staleness => Staleness,
        AlarmMetric.Truncated => Truncated,
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, null),
    };

    private static AlarmLimits NotFinite { get; } = new() { StopAbove = 0 };

    private static AlarmLimits NoLimits { get; } = new();
}
