using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Ppo;

/// <summary>The arithmetic between scored trajectories and what the losses see.</summary>
public sealed class PpoTargetsTests
{
    public static TheoryData<string> Cases => [.. PpoReference.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rewards_advantages_and_returns_are_those_of_an_independent_implementation(string name)
    {
        PpoReference.Case expected = PpoReference.Numbers.Cases[name];
        PpoSettings settings = ReferenceRuns.Settings(expected.Options);

        PpoTargets targets = PpoTargets.Of(ReferenceRuns.Batch(expected), expected.Values, settings.KlCoefficient, settings);

        Close.Rows(expected.Rewards, targets.Rewards, 1e-5);
        Close.Rows(expected.Advantages, targets.Advantages, 1e-5);
        Close.Rows(expected.Returns, targets.Returns, 1e-5);
    }

    [Fact]
    public void The_score_comes_at_the_last_token_and_the_penalty_at_every_one()
    {
        float[] rewards = TokenRewards.Of([-1f, -2f, -3f], [-1.5f, -2f, -1f], score: 10, klCoefficient: 0.1);

        Close.Row([-0.05f, 0f, 10.2f], rewards, 1e-6);
        Assert.Equal(-1.5, TokenRewards.Kl([-1f, -2f, -3f], [-1.5f, -2f, -1f]), 1e-12);
    }

    [Fact]
    public void An_immediate_end_gets_score_and_penalty_at_its_only_token()
    {
        float[] rewards = TokenRewards.Of([-0.5f], [-1f], score: 2, klCoefficient: 0.05);
        float[] advantages = GeneralizedAdvantage.Of(rewards, [0.5f], gamma: 1, lambda: 0.95);

        Close.Row([1.975f], rewards, 1e-6);
        Close.Row([1.475f], advantages, 1e-6);
        Close.Row([1.975f], GeneralizedAdvantage.Returns(advantages, [0.5f]), 1e-6);
    }

    [Fact]
    public void Lambda_one_gives_the_return_minus_the_value_and_lambda_zero_the_one_step_error()
    {
        float[] rewards = [1, 2, 4], values = [0.5f, 0.25f, 3];

        Close.Row([6.5f, 5.75f, 1], GeneralizedAdvantage.Of(rewards, values, gamma: 1, lambda: 1), 1e-6);
        Close.Row([1 + 0.125f - 0.5f, 2 + 1.5f - 0.25f, 1], GeneralizedAdvantage.Of(rewards, values, gamma: 0.5, lambda: 0), 1e-6);
    }

    [Fact]
    public void Whitening_gives_variance_one_over_all_rows_and_keeps_the_mean_when_told_to()
    {
        // 1, 2, 3, 6: mean 3, population variance 3.5.
        float[][] rows = [[1, 2], [], [3, 6]];
        float unit = (float)(1 / Math.Sqrt(3.5));

        Close.Rows([[-2 * unit, -unit], [], [0, 3 * unit]], Moments.Whiten(rows, shiftMean: true), 1e-6);
        Close.Rows([[3 - 2 * unit, 3 - unit], [], [3, 3 + 3 * unit]], Moments.Whiten(rows, shiftMean: false), 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Whitening_equal_numbers_gives_their_mean_or_zero_and_never_NaN(int count)
    {
        float[][] rows = [[.. Enumerable.Repeat(2.5f, count)]];

        Assert.All(Moments.Whiten(rows, shiftMean: true)[0], x => Assert.Equal(0f, x));
        Assert.All(Moments.Whiten(rows, shiftMean: false)[0], x => Assert.Equal(2.5f, x));
    }

    [Fact]
    public void Whitening_nothing_gives_nothing()
    {
        Assert.Empty(Moments.Whiten([], shiftMean: true));
        Assert.Equal(default, Moments.Of([]));
    }
}
