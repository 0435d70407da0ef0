namespace ActorRlhf.Model.Alarms;

/// <summary>What alarms watch. <see cref="AlarmMetrics.Name"/> is its key in a configuration and its name for operators.</summary>
public enum AlarmMetric
{
    /// <summary>The batch's mean KL from the reference policy, nats an episode.</summary>
    Kl,

    /// <summary>The batch's KL from the reference policy, nats a token: its mean an episode by the mean response length.</summary>
    KlPerToken,

    /// <summary>Entropy of the next token, nats a token, as a multiple of what it was at the run's start.</summary>
    Entropy,

    /// <summary>The batch's mean score.</summary>
    Reward,

    /// <summary>How far the mean score is below the best it has been, in standard deviations of the scores at the run's start.</summary>
    RewardDrop,

    /// <summary>How far scores are from what the learner's own reward model says of the same responses, in standard deviations (<see cref="Alarms.ScoreAudit"/>).</summary>
    ScoreAudit,

    /// <summary>Mean response length as a multiple of what it was at the run's start.</summary>
    ResponseLength,

    /// <summary>Correlation of score and length among the batch's responses that ended: towards 1 where what scores them loves length, towards −1 where it loves shortness.</summary>
    LengthBias,

    /// <summary>Mean share of a response's pairs of neighbouring tokens that stand in it before (<see cref="Repetition"/>).</summary>
    Repetition,

    /// <summary>The total loss's size as a multiple of the lowest it has settled at.</summary>
    Loss,

    /// <summary>The gradient's norm before clipping as a multiple of the lowest it has settled at.</summary>
    GradientNorm,

    /// <summary>Numbers of the update that are NaN or infinite. There is no limit to set: one is too many.</summary>
    Nan,

    /// <summary>Versions that the policies that sampled the batch are older than the one that learned from it, on average.</summary>
    Staleness,

    /// <summary>Share of responses that did not end by themselves.</summary>
    Truncated,
}

/// <summary>Names of <see cref="AlarmMetric"/>.</summary>
public static class AlarmMetrics
{
    private static readonly (AlarmMetric Metric, string Name)[] Known = [.. Enum.GetValues<AlarmMetric>().Select(metric => (metric, Kebab($"{metric}")))];

    /// <summary>All of them, in the order in which they are declared.</summary>
    public static IReadOnlyList<AlarmMetric> All { get; } = [.. Known.Select(known => known.Metric)];

    /// <summary>A metric's name, such as <c>gradient-norm</c>.</summary>
    public static string Name(this AlarmMetric metric) => Known[(int)metric].Name;

    /// <summary>The metric of a name, in upper or lower case.</summary>
    /// <exception cref="UserErrorException">There is none of that name.</exception>
    public static AlarmMetric Parse(string name)
    {
        foreach (var known in Known)
            if (known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return known.Metric;
        throw new UserErrorException($"no alarm watches \"{name}\"; there are {string.Join(", ", Known.Select(known => known.Name))}");
    }

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
