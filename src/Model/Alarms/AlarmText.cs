namespace ActorRlhf.Model.Alarms;

/// <summary>Says what an alarm means and what to do.</summary>
internal static class AlarmText
{
    /// <summary>Two sentences: what is beyond which limit since when, and what it means with its remedy.</summary>
    public static string Of(AlarmMetric metric, double value, double limit, long since)
    {
        var isBelow = value < limit;
        return FormattableString.Invariant($"{What(metric, value)}, {(isBelow ? "below" : "above")} {limit:G4} since update {since}. {Remedy(metric, isBelow)}");
    }

    private static string What(AlarmMetric metric, double value) => FormattableString.Invariant(metric switch
    {
        AlarmMetric.Kl => $"KL is {value:F2} nats an episode",
        AlarmMetric.KlPerToken => $"KL is {value:F2} nats a token",
        AlarmMetric.Entropy => $"Entropy is {value:F2} times the start's",
        AlarmMetric.Reward => $"The mean score is {value:F2}",
        AlarmMetric.RewardDrop => $"The mean score has fallen by {value:F2} of the start's standard deviations",
        AlarmMetric.ScoreAudit => $"Scores are {value:F2} standard deviations from what the learner's own reward model says",
        AlarmMetric.ResponseLength => $"Responses are {value:F2} times as long as at the start",
        AlarmMetric.LengthBias => $"The correlation of score and length is {value:F2}",
        AlarmMetric.Repetition => $"Responses repeat {value:P0} of their pairs of tokens",
        AlarmMetric.Loss => $"The loss is {value:F1} times what it had settled at",
        AlarmMetric.GradientNorm => $"The gradient's norm is {value:F1} times what it had settled at",
        AlarmMetric.Nan => $"{value:F0} numbers of the update are NaN or infinite",
        AlarmMetric.Staleness => $"Episodes were sampled {value:F1} versions before the policy that learned from them",
        AlarmMetric.Truncated => $"{value:P0} of responses did not end",
        _ => $"{metric} is {value:G4}",
    });

    private static string Remedy(AlarmMetric metric, bool isBelow) => (metric, isBelow) switch
    {
        (AlarmMetric.Kl, true) =>
            "A KL divergence is not negative: log-probabilities of policy and reference are not of the same texts or temperature, or their difference has the wrong sign. Stop the run and look there.",
        (AlarmMetric.Kl or AlarmMetric.KlPerToken, _) =>
            "The policy has left the reference: it exploits the reward model, or the KL penalty is too weak or has the wrong sign. Read the samples; raise rlhf.ppo.kl-coefficient or lower the learning rate.",
        (AlarmMetric.Entropy, true) =>
            "The policy says one thing only. Read the samples; raise rlhf.ppo.kl-coefficient or lower the learning rate.",
        (AlarmMetric.Entropy, _) =>
            "The policy is forgetting its language. Lower the learning rate, and go back to a checkpoint.",
        (AlarmMetric.Reward, _) => "Read the samples: their scores say what the reward model likes.",
        (AlarmMetric.RewardDrop, _) =>
            "PPO makes worse what it should make better: a sign is wrong, the learning rate is too high, or what scores changed. Compare the samples with their scores.",
        (AlarmMetric.ScoreAudit, _) =>
            "What scores is another reward model or has its sign the wrong way round. Look at the scorers before anything is learned from them.",
        (AlarmMetric.ResponseLength, true) => "Read the samples: the reward model may love short summaries, or the policy has broken.",
        (AlarmMetric.ResponseLength, _) => "Read the samples: the reward model may love length, or the policy no longer knows where to end.",
        (AlarmMetric.LengthBias, _) => "What scores goes by length. Look at the reward model's comparisons: is the longer summary nearly always the chosen one, or the shorter?",
        (AlarmMetric.Repetition, _) => "The policy repeats itself. Read the samples; where they score high, it exploits the reward model.",
        (AlarmMetric.Loss, _) => "Training is coming apart: lower the learning rate, and go back to a checkpoint.",
        (AlarmMetric.GradientNorm, _) => "Training is coming apart: lower the learning rate, and go back to a checkpoint.",
        (AlarmMetric.Nan, _) => "Go back to the last checkpoint, and lower the learning rate.",
        (AlarmMetric.Staleness, _) => "Training is behind what generates: look for slow or frozen rollouts, or lower rlhf.cluster.max-policy-lag.",
        (AlarmMetric.Truncated, _) => "The policy does not end its summaries. Read the samples; lower rlhf.ppo.unended-score or give responses more tokens.",
        _ => "Read the samples.",
    };
}
