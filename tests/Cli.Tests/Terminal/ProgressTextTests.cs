using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class ProgressTextTests
{
    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(44.2, "0:45")]
    [InlineData(59.5, "1:00")]
    [InlineData(723, "12:03")]
    [InlineData(3599.5, "1:00:00")]
    [InlineData(11229, "3:07:09")]
    [InlineData(187200, "2d 4h")]
    public void A_duration_reads_as_a_clock(double seconds, string expected) =>
        Assert.Equal(expected, ProgressText.FormatTime(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(12345.6, "12,346/s")]
    [InlineData(99.96, "100/s")]
    [InlineData(12.34, "12.3/s")]
    [InlineData(9.996, "10.0/s")]
    [InlineData(0.5, "0.50/s")]
    [InlineData(0.25, "4.0 s each")]
    public void A_rate_has_about_three_digits(double rate, string expected) => Assert.Equal(expected, ProgressText.FormatRate(rate));

    [Fact]
    public void The_whole_line_says_counts_rate_time_left_and_metrics()
    {
        var time = new ManualTime();
        var meter = new RateMeter(time);
        meter.Report(0);
        time.Advance(100);
        meter.Report(450);

        Assert.Equal(
            "450/1,000 steps, 4.50/s, 2:03 left, loss 3.21",
            ProgressText.Describe(new RunProgress("sft", 450, 1000, "steps", "loss 3.21"), meter));
    }

    [Fact]
    public void Without_a_total_there_is_no_time_left() =>
        Assert.Equal("7 pairs", ProgressText.Describe(new RunProgress("data", 7, 0, "pairs"), new RateMeter(new ManualTime())));
}
