using ActorRlhf.Host.Settings;
using ActorRlhf.Model;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Tests.Settings;

/// <summary>What settings may become while a run goes on.</summary>
public sealed class LiveSettingsTests
{
    [Theory]
    [InlineData("rlhf.ppo.lambda", "1.5", "rlhf.ppo.lambda is 1.5; it must be from 0 to 1")]
    [InlineData("rlhf.ppo.optimizer.learning-rate", "0", "rlhf.ppo.optimizer.learning-rate is 0; it must be above 0 and at most 1")]
    [InlineData("rlhf.ppo.value-clip", "high", "rlhf.ppo.value-clip is \"high\"; expected a number")]
    public void What_cannot_be_is_an_error_that_says_what_can(string key, string value, string message) =>
        Assert.Equal(message, Assert.Throws<UserErrorException>(() => LiveSettings.Check(new PpoSettings(), key, value)).Message);

    [Theory]
    [InlineData("rlhf.ppo.lambda", "0.97")]
    [InlineData("rlhf.ppo.optimizer.learning-rate", "1e-6")]
    public void What_can_be_passes(string key, string value) => LiveSettings.Check(new PpoSettings(), key, value);
}
