using System.Text.Json;
using ActorRlhf.Model.Alarms;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Alarms;

/// <summary>What is an alarm and what is none, on updates made up for the purpose.</summary>
public sealed class AlarmWatchTests
{
    private static readonly AlarmSettings Kl3 = NoLimits.Settings with { Kl = new() { WarnAbove = 10, StopAbove = 20, Updates = 3 } };

    [Fact]
    public void Updates_with_which_nothing_is_wrong_raise_nothing()
    {
        var watch = new AlarmWatch(new AlarmSettings(), Updates.End);
        Assert.All(Enumerable.Range(1, 100), update => Assert.Empty(watch.Observe(Updates.Statistics(update), Updates.Batch(update))));
    }

    [Fact]
    public void A_limit_counts_when_enough_updates_in_a_row_are_beyond_it()
    {
        var watch = new AlarmWatch(Kl3, Updates.End);
        Assert.Equal(
            ["", "", "", "", "", "warn 4-6 11 > 10", "warn 4-7 25 > 10", "warn 4-8 26 > 10", "stop 7-9 27 > 20", "warn 4-10 15 > 10", ""],
            new double[] { 5, 11, 9, 12, 13, 11, 25, 26, 27, 15, 3 }.Select((kl, i) => Say(Observe(watch, i + 1, kl))));
    }

    [Fact]
    public void An_alarm_has_the_last_fifty_values_and_the_sentence_that_says_what_to_do()
    {
        var watch = new AlarmWatch(NoLimits.Settings with { Kl = new() { StopAbove = 20 } }, Updates.End);
        for (var update = 1; update < 60; update++) Observe(watch, update, update / 10.0);
        var alarm = Observe(watch, 60, 73.5)!;
        Assert.Equal(Enumerable.Range(11, 50).Select(update => (long)update), alarm.History.Select(point => point.Update));
        Assert.Equal((5.9, 73.5), (alarm.History[^2].Value, alarm.History[^1].Value));
        Assert.StartsWith("KL is 73.50 nats an episode, above 20 since update 60. The policy has left the reference: ", alarm.Message);
        Assert.Contains("rlhf.ppo.kl-coefficient", alarm.Message);
    }

    [Fact]
    public void The_same_updates_give_the_same_alarms_from_a_checkpoint_in_their_middle()
    {
        AlarmWatch one = new(new AlarmSettings(), Updates.End), other = new(new AlarmSettings(), Updates.End);
        for (var update = 1; update <= 40; update++)
        {
            if (update == 20) other.State = JsonSerializer.Deserialize<AlarmState>(JsonSerializer.Serialize(one.State))!;
            var (mine, theirs) = (Next(one), update < 20 ? "" : Next(other));
            if (update >= 20) Assert.Equal(mine, theirs);
            if (update == 40) Assert.Contains($"\"Metric\":{(int)AlarmMetric.RewardDrop}", mine); // there is something to compare

            string Next(AlarmWatch watch)
            {
                var drop = update < 15 ? 0 : (update - 15) * 0.04;
                return JsonSerializer.Serialize(watch.Observe(Updates.Statistics(update) with { Score = 0.5 - drop, Entropy = 2 - drop }, Updates.Batch(update)));
            }
        }
    }

    [Fact]
    public void What_is_accepted_does_not_stop_again_before_it_was_well_once()
    {
        var watch = new AlarmWatch(NoLimits.Settings with { Kl = new() { WarnAbove = 10, StopAbove = 20 } }, Updates.End);
        Assert.False(watch.Accept(AlarmMetric.Kl)); // there is nothing to accept
        Assert.True(Observe(watch, 1, 25)!.Stops);
        Assert.True(Observe(watch, 2, 26)!.Stops); // resumed without being accepted
        Assert.True(watch.Accept(AlarmMetric.Kl));
        var accepted = Observe(watch, 3, 27)!;
        Assert.Equal((AlarmLevel.Stop, true, false), (accepted.Level, accepted.IsAccepted, accepted.Stops));
        watch.State = JsonSerializer.Deserialize<AlarmState>(JsonSerializer.Serialize(watch.State))!; // a restart does not forget it
        Assert.False(Observe(watch, 4, 28)!.Stops);
        Assert.Equal(AlarmLevel.Warn, Observe(watch, 5, 15)!.Level);
        Assert.True(Observe(watch, 6, 25)!.Stops);
    }

    [Fact]
    public void What_stops_comes_first()
    {
        var watch = new AlarmWatch(NoLimits.Settings with { Kl = new() { WarnAbove = 1 }, Reward = new() { StopBelow = 1 }, Loss = new() { StopAbove = 0.1 } }, Updates.End);
        Next(1);
        Assert.Equal([AlarmMetric.Reward, AlarmMetric.Loss, AlarmMetric.Kl], Next(2));
        watch.Accept(AlarmMetric.Reward);
        Assert.Equal([AlarmMetric.Loss, AlarmMetric.Reward, AlarmMetric.Kl], Next(3));

        AlarmMetric[] Next(long update) => [.. watch.Observe(Updates.Statistics(update), Updates.Batch(update)).Select(alarm => alarm.Metric)];
    }

    [Theory]
    [InlineData(AlarmMetric.Kl, 73.0)]
    [InlineData(AlarmMetric.KlPerToken, 7.3)] // of 10 tokens
    [InlineData(AlarmMetric.Entropy, 0.25)] // 0.5 of 2 nats
    [InlineData(AlarmMetric.Reward, -1.25)]
    [InlineData(AlarmMetric.RewardDrop, 3.5)] // from 0.5, where a standard deviation is 0.5
    [InlineData(AlarmMetric.ResponseLength, 1.0)]
    [InlineData(AlarmMetric.Loss, 12.0)] // 6 of 0.5
    [InlineData(AlarmMetric.GradientNorm, 10.0)] // 30 of 3
    public void A_metric_is_measured_against_the_runs_start_or_past_where_it_says_so(AlarmMetric metric, double expected)
    {
        var watch = new AlarmWatch(NoLimits.Settings with { StartEpisodes = 128 }, Updates.End);
        for (var update = 1; update <= 8; update++) watch.Observe(Updates.Statistics(update), Updates.Batch(update));
        watch.Observe(Updates.Statistics(9) with { Kl = 73, Entropy = 0.5, Score = -1.25, TotalLoss = -6, GradientNorm = 30 }, Updates.Batch(9));
        Assert.Equal(expected, watch.State.Traces[(int)metric].History[^1].Value, 9);
    }

    [Fact]
    public void Falling_from_the_best_that_it_has_been_counts_too()
    {
        var watch = new AlarmWatch(NoLimits.Settings with { StartEpisodes = 64 }, Updates.End);
        double[] scores = [0.5, 1, 1.2, 1.4, 1.6, 1.8, 9, 0.9]; // five in a row: 1.14, 1.4 and, with the lucky one, 3
        for (var i = 0; i < scores.Length; i++) watch.Observe(Updates.Statistics(i + 1) with { Score = scores[i] }, Updates.Batch(i + 1));
        Assert.Equal([-1, -1.4, -1.8, -2.2, -1.32, -15.2, 4.2], watch.State.Traces[(int)AlarmMetric.RewardDrop].History.Select(point => Math.Round(point.Value, 9)));
    }

    [Fact]
    public void Until_the_start_is_known_nothing_is_compared_with_it()
    {
        var watch = new AlarmWatch(new AlarmSettings { StartEpisodes = 3 * 64 }, Updates.End);
        for (var update = 1; update <= 3; update++) Assert.Empty(watch.Observe(Updates.Statistics(update) with { Entropy = Math.Pow(10, -update) }, Updates.Batch(update)));
        Assert.Empty(watch.State.Traces[(int)AlarmMetric.Entropy].History);
        Assert.Equal((192, (0.1 + 0.01 + 0.001) / 3), (watch.State.Start.Episodes, Math.Round(watch.State.Start.Entropy, 12)));
    }

    [Fact]
    public void What_comes_from_the_responses_is_measured_on_them_and_shown_by_the_worst_of_them()
    {
        var settings = NoLimits.Settings with
        {
            Repetition = new() { WarnAbove = 0 }, Truncated = new() { WarnAbove = 0 }, Staleness = new() { WarnAbove = 0 }, Kl = new() { WarnAbove = 0 }, Reward = new() { WarnBelow = 9 },
        };
        var watch = new AlarmWatch(settings, Updates.End);
        Trajectory[] batch =
        [
            Updates.Episode(9, 0, [1, 2, 3, 4, Updates.End], 1), Updates.Episode(9, 1, [5, 5, 5, 5, 5], 2, age: 2), Updates.Episode(9, 2, [1, 2, 1, 2, Updates.End], 3, kl: 7),
            Updates.Episode(9, 3, [6, Updates.End], -4),
        ];
        var alarms = watch.Observe(Updates.Statistics(9), batch).ToDictionary(alarm => alarm.Metric);
        Assert.Equal((0.75 + 0.25) / 4, alarms[AlarmMetric.Repetition].Value);
        Assert.Equal((0.25, 0.5), (alarms[AlarmMetric.Truncated].Value, alarms[AlarmMetric.Staleness].Value));
        var first = batch[0].EpisodeId;
        Assert.Equal([1, 2, 1, 2, 3], new[] { AlarmMetric.Repetition, AlarmMetric.Kl, AlarmMetric.Truncated }.Select(Worst)
            .Concat([alarms[AlarmMetric.Repetition].Samples[1].Episode - first, Worst(AlarmMetric.Reward)]));
        Assert.Equal((5, 2.0, 7L - 1), (alarms[AlarmMetric.Staleness].Samples[0].Response[0], alarms[AlarmMetric.Staleness].Samples[0].Score, alarms[AlarmMetric.Staleness].Samples[0].PolicyVersion));
        Assert.Equal(35, alarms[AlarmMetric.Kl].Samples[0].Kl, 5);

        long Worst(AlarmMetric metric) => alarms[metric].Samples[0].Episode - first;
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(-3.0, -1.0)]
    [InlineData(0.0, 0.0)]
    public void Whether_scores_go_by_length_is_seen_in_every_batch(double slope, double expected)
    {
        var watch = new AlarmWatch(new AlarmSettings(), Updates.End);
        IReadOnlyList<Alarm> alarms = [];
        for (var update = 1; update <= 3; update++)
        {
            alarms = watch.Observe(
                Updates.Statistics(update),
                [.. Updates.Batch(update).Select(episode => slope == 0 ? episode : episode with { Score = (float)(slope * episode.Response.Length) })]);
        }

        Assert.Equal(expected, watch.State.Traces[(int)AlarmMetric.LengthBias].History[^1].Value, 1);
        Assert.Equal(slope != 0, alarms.Any(alarm => alarm is { Metric: AlarmMetric.LengthBias, Stops: true }));
    }

    [Fact]
    public void Numbers_that_are_not_finite_stop_training_and_spoil_no_history()
    {
        var watch = new AlarmWatch(new AlarmSettings(), Updates.End);
        watch.Observe(Updates.Statistics(1), Updates.Batch(1));
        var alarm = watch.Observe(Updates.Statistics(2) with { ValueError = double.NaN, ReturnVariance = double.PositiveInfinity }, Updates.Batch(2)).Single(a => a.Stops);
        Assert.Equal((AlarmMetric.Nan, 3.0), (alarm.Metric, alarm.Value)); // the explained variance comes from both
        Assert.Equal([0.0, 3.0], alarm.History.Select(point => point.Value));
        JsonSerializer.Serialize(watch.State);
    }

    [Fact]
    public void An_update_that_could_not_be_taken_is_an_alarm_that_leaves_no_trace()
    {
        var watch = new AlarmWatch(new AlarmSettings(), Updates.End);
        watch.Observe(Updates.Statistics(1), Updates.Batch(1));
        var state = watch.State;
        var alarm = watch.Observe(new TrainingDivergedException("ppo/loss/policy", double.NaN, "update 1, epoch 0, minibatch 3"), 2);
        Assert.True(alarm.Stops);
        Assert.Equal((AlarmMetric.Nan, 2L), (alarm.Metric, alarm.Update));
        Assert.StartsWith("ppo/loss/policy is NaN in update 1, epoch 0, minibatch 3; the step was not taken.", alarm.Message);
        Assert.Same(state, watch.State);
    }

    private static Alarm? Observe(AlarmWatch watch, long update, double kl) => watch.Observe(Updates.Statistics(update) with { Kl = kl }, Updates.Batch(update)).SingleOrDefault();

    private static string Say(Alarm? alarm) => alarm is null
        ? ""
        : FormattableString.Invariant($"{(alarm.Level == AlarmLevel.Stop ? "stop" : "warn")} {alarm.Since}-{alarm.Update} {alarm.Value} > {alarm.Limit}");
}
