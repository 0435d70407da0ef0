using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>Which hyperparameters may change while a run goes on.</summary>
public sealed class LivePpoSettingsTests
{
    [Fact]
    public void Every_one_of_them_is_changed_by_its_name_and_nothing_else_is()
    {
        var settings = new PpoSettings { ImportanceWeightCap = 2 };
        foreach (var key in LivePpoSettings.Keys)
        {
            var changed = LivePpoSettings.With(settings, key, "0.625");
            Assert.NotEqual(settings, changed);
            Assert.Equal(changed, LivePpoSettings.With(changed, key, "0.625"));
            Assert.Equal(LivePpoSettings.With(settings, key, "0.5"), LivePpoSettings.With(changed, key, "0.5"));
        }

        Assert.Equal(0.07, LivePpoSettings.With(settings, "rlhf.ppo.kl-coefficient", "0.07").KlCoefficient);
        Assert.Equal(3e-5, LivePpoSettings.With(settings, "rlhf.ppo.optimizer.learning-rate", "3e-5").Optimizer.LearningRate);
    }

    [Theory]
    [InlineData("rlhf.ppo.batch-size", "64", "rlhf.ppo.batch-size cannot be changed while the run goes on; these can: rlhf.ppo.entropy-coefficient, ")]
    [InlineData("rlhf.ppo.lambda", "much", "rlhf.ppo.lambda is \"much\"; expected a number")]
    [InlineData("rlhf.ppo.lambda", "NaN", "rlhf.ppo.lambda is \"NaN\"; expected a number")]
    [InlineData("rlhf.ppo.importance-weight-cap", "2", "rlhf.ppo.importance-weight-cap cannot become 2 while the run goes on: ")]
    public void What_cannot_be_is_an_error_that_says_why(string key, string value, string begin) =>
        Assert.StartsWith(begin, Assert.Throws<UserErrorException>(() => LivePpoSettings.With(new PpoSettings(), key, value)).Message, StringComparison.Ordinal);
}
