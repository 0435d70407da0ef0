using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class RateMeterTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void There_is_no_rate_before_the_second_report()
    {
        var meter = new RateMeter(_time);
        Assert.Null(meter.Rate);
        meter.Report(0);
        Assert.Null(meter.Rate);
        Assert.Null(meter.TimeLeft(10));
    }

    [Fact]
    public void A_resumed_run_counts_only_what_it_did_itself()
    {
        var meter = new RateMeter(_time);
        meter.Report(500);
        _time.Advance(10);
        meter.Report(520);

        Assert.Equal(2, meter.Rate);
        Assert.Equal(TimeSpan.FromSeconds(240), meter.TimeLeft(1000));
    }

    [Fact]
    public void Time_left_goes_on_falling_between_reports_and_stops_at_zero()
    {
        var meter = new RateMeter(_time);
        meter.Report(0);
        _time.Advance(10);
        meter.Report(10);
        _time.Advance(3);
        Assert.Equal(TimeSpan.FromSeconds(7), meter.TimeLeft(20));
        _time.Advance(100);
        Assert.Equal(TimeSpan.Zero, meter.TimeLeft(20));
    }

    [Fact]
    public void The_rate_follows_the_last_minute()
    {
        var meter = new RateMeter(_time);
        for (var i = 0; i <= 100; i++, _time.Advance(1))
            meter.Report(i);
        for (var i = 1; i <= 70; i++, _time.Advance(1))
            meter.Report(100 + (10 * i));

        Assert.Equal(10, meter.Rate);
    }

    [Fact]
    public void A_step_slower_than_the_window_still_has_a_rate()
    {
        var meter = new RateMeter(_time);
        meter.Report(0);
        _time.Advance(200);
        meter.Report(1);
        _time.Advance(200);
        meter.Report(2);

        Assert.Equal(1 / 200.0, meter.Rate);
    }
}
