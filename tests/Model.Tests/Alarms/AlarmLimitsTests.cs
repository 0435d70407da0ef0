using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Model.Tests.Alarms;

public sealed class AlarmLimitsTests
{
    [Theory]
    [InlineData(null, null, 5.0, 4.0, "stop-above is 4, below warn-above, which is 5; set it higher")]
    [InlineData(1.0, 2.0, null, null, "stop-below is 2, above warn-below, which is 1; set it lower")]
    [InlineData(3.0, null, 3.0, null, "warn-below is 3, not below warn-above, which is 3; set it lower")]
    [InlineData(null, 9.0, null, 8.0, "stop-below is 9, not below stop-above, which is 8; set it lower")]
    public void Limits_the_wrong_way_round_are_refused(double? warnBelow, double? stopBelow, double? warnAbove, double? stopAbove, string message)
    {
        var limits = new AlarmLimits { WarnBelow = warnBelow, StopBelow = stopBelow, WarnAbove = warnAbove, StopAbove = stopAbove };
        Assert.Equal(message, Assert.Throws<UserErrorException>(limits.Validate).Message);
    }

    [Fact]
    public void The_limits_that_a_run_has_unless_it_says_otherwise_are_the_right_way_round()
    {
        var settings = new AlarmSettings();
        foreach (var metric in AlarmMetrics.All) settings[metric].Validate();
        var none = settings with { Enabled = false };
        Assert.All(AlarmMetrics.All, metric => Assert.Equal(metric == AlarmMetric.Nan ? new AlarmLimits { StopAbove = 0 } : new AlarmLimits(), none[metric]));
    }

    [Theory]
    [InlineData("KL", AlarmMetric.Kl)]
    [InlineData("gradient-norm", AlarmMetric.GradientNorm)]
    [InlineData("Response-Length", AlarmMetric.ResponseLength)]
    public void A_metric_is_found_by_its_name_in_upper_or_lower_case(string name, AlarmMetric metric)
    {
        Assert.Equal(metric, AlarmMetrics.Parse(name));
        Assert.Equal(name, metric.Name(), ignoreCase: true);
    }

    [Fact]
    public void A_name_that_is_none_is_an_error_that_lists_them()
    {
        var message = Assert.Throws<UserErrorException>(() => AlarmMetrics.Parse("klo")).Message;
        Assert.StartsWith("no alarm watches \"klo\"; there are kl, ", message);
        Assert.All(AlarmMetrics.All, metric => Assert.Contains(metric.Name(), message));
    }
}
