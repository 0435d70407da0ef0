using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Ppo;
using Xunit.Abstractions;

namespace ActorRlhf.Model.Tests.Alarms;

/// <summary>Small but real training runs that something is wrong with, and one with which nothing is, under the limits that a run has unless it says otherwise.</summary>
public sealed class DrillTests(ITestOutputHelper output)
{
    [Fact]
    public void A_run_with_which_nothing_is_wrong_goes_on_to_its_end()
    {
        var (stopped, warned) = new DrillRun().Train(40, output.WriteLine);
        Assert.Empty(stopped);
        Assert.Empty(warned);
    }

    [Fact]
    public void A_reward_with_its_sign_the_wrong_way_round()
    {
        var (stopped, _) = new DrillRun { Learned = episode => episode with { Score = -episode.Score } }.Train(40, output.WriteLine);
        Assert.Contains(AlarmMetric.RewardDrop, stopped.Select(alarm => alarm.Metric));
    }

    [Fact]
    public void A_KL_penalty_with_its_sign_the_wrong_way_round()
    {
        var (stopped, _) = new DrillRun { Ppo = DrillRun.Settings with { KlCoefficient = -DrillRun.Settings.KlCoefficient } }.Train(40, output.WriteLine);
        Assert.Contains(stopped, alarm => alarm.Metric is AlarmMetric.Kl or AlarmMetric.KlPerToken);
    }

    [Fact]
    public void A_learning_rate_a_hundred_times_too_high()
    {
        var optimizer = DrillRun.Settings.Optimizer;
        var (stopped, _) = new DrillRun { Ppo = DrillRun.Settings with { Optimizer = optimizer with { LearningRate = 100 * optimizer.LearningRate } } }.Train(40, output.WriteLine);
        Assert.Contains(stopped, alarm => alarm.Metric is AlarmMetric.Kl or AlarmMetric.KlPerToken);
    }

    [Fact]
    public void A_reward_model_that_loves_length()
    {
        var (stopped, _) = new DrillRun { Scorer = response => 0.2f * response.Length - 1 }.Train(40, output.WriteLine);
        Assert.Contains(stopped, alarm => alarm.Metric is AlarmMetric.LengthBias or AlarmMetric.ResponseLength);
    }

    [Fact]
    public void A_policy_that_repeats_a_token()
    {
        var (stopped, _) = new DrillRun { Scorer = response => 4f * response.Zip(response.Skip(1), (one, next) => one == next ? 1 : 0).Sum() / response.Length - 0.5f }.Train(40, output.WriteLine);
        Assert.Contains(AlarmMetric.Repetition, stopped.Select(alarm => alarm.Metric));
    }
}
