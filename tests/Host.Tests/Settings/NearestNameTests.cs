using ActorRlhf.Host.Settings;

namespace ActorRlhf.Host.Tests.Settings;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["learning-rate", "kl-coefficient", "kl-target", "epochs", "beta1"];

    [Theory]
    [InlineData("learning-rat", "learning-rate")]
    [InlineData("learnign-rate", "learning-rate")]
    [InlineData("LearningRate", "learning-rate")]
    [InlineData("learning_rate", "learning-rate")]
    [InlineData("epoch", "epochs")]
    [InlineData("beta2", "beta1")]
    [InlineData("kl-coef", "kl-coefficient")]
    [InlineData("target", "kl-target")]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_found_if_it_is_near(string name, string? expected) => Assert.Equal(expected, NearestName.Find(name, Known));
}
