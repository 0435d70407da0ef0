using ActorRlhf.Actors.Operations;

namespace ActorRlhf.Actors.Tests.Operations;

public sealed class RecentSumTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void What_is_older_than_the_window_is_forgotten()
    {
        var sum = new RecentSum(_clock, seconds: 10);
        sum.Add(90);
        _clock.Now = TimeSpan.FromSeconds(9);
        Assert.Equal(10, sum.PerSecond); // 90 in 9 s
        _clock.Now = TimeSpan.FromSeconds(10);
        Assert.Equal(0, sum.PerSecond);
    }

    [Fact]
    public void A_rate_is_of_the_time_that_there_was_but_no_less_than_a_second()
    {
        _clock.Now = TimeSpan.FromSeconds(1000);
        var sum = new RecentSum(_clock, seconds: 10);
        sum.Add(6);
        Assert.Equal(0, sum.PerSecond); // no time has gone by
        _clock.Now += TimeSpan.FromSeconds(0.25);
        Assert.Equal(6, sum.PerSecond);
        _clock.Now += TimeSpan.FromSeconds(2.75);
        Assert.Equal(2, sum.PerSecond);
    }

    [Fact]
    public void A_mean_weighs_every_one_the_same()
    {
        var sum = new RecentSum(_clock, seconds: 10);
        Assert.Equal(0, sum.Mean);
        sum.Add(10);
        sum.Add(30, times: 3);
        Assert.Equal(10, sum.Mean);
        _clock.Now = TimeSpan.FromSeconds(5);
        sum.Add(20);
        Assert.Equal(12, sum.Mean);
        _clock.Now = TimeSpan.FromSeconds(12);
        Assert.Equal(20, sum.Mean);
    }
}
