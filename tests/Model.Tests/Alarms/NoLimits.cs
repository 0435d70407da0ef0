using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Model.Tests.Alarms;

/// <summary>Alarms without limits, for a test to set those that it is about.</summary>
internal static class NoLimits
{
    internal static AlarmSettings Settings { get; } = new()
    {
        Kl = new(), KlPerToken = new(), Entropy = new(), Reward = new(), RewardDrop = new(), ScoreAudit = new(), ResponseLength = new(), LengthBias = new(), Repetition = new(), Loss = new(),
        GradientNorm = new(), Staleness = new(), Truncated = new(),
    };
}
