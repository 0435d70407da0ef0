using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>Settings that do not go together.</summary>
public sealed class PpoSettingsTests
{
    [Fact]
    public void Trajectories_of_older_policies_need_an_importance_weight_cap()
    {
        string message = Assert.Throws<UserErrorException>(() => new PpoSettings().RequireFor(2)).Message;
        Assert.StartsWith("max-policy-lag is 2 and importance-weight-cap is 0", message, StringComparison.Ordinal);
        Assert.Contains("set importance-weight-cap to", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(1, 0.5)]
    public void Other_settings_go_together(int maxPolicyLag, double cap) => new PpoSettings { ImportanceWeightCap = cap }.RequireFor(maxPolicyLag);
}
