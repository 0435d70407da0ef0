using ActorRlhf.Actors.Episodes;
using ActorRlhf.Actors.Protocol;

namespace ActorRlhf.Actors.Tests.Episodes;

/// <summary>Which episodes a slow rollout gets beside a fast one. The fast one makes 100 episodes a second and takes 0.2 s for each; windows of 512.</summary>
public sealed class PaceBookTests
{
    private static readonly LeaseRequest _fast = new() { Holder = "fast", Speed = 100, LatencyMilliseconds = 200, WaitMilliseconds = 1800 };
    private readonly PaceBook _paces = new(512);

    [Fact]
    public void A_slow_one_gets_what_the_fast_one_would_not_have_done_before_it()
    {
        Assert.Equal(1000, _paces.From(_fast, 1000, TimeSpan.Zero));
        Assert.Equal(1000 + 280, _paces.From(Slow(latency: 3000, wait: 0), 1000, TimeSpan.Zero)); // 100/s × (3 s − 0.2 s)
        Assert.Equal(1000 + 280 + 50 + 100, _paces.From(Slow(latency: 3000, wait: 1000), 1000, TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public void Who_is_about_as_fast_and_who_has_not_measured_itself_gets_anything()
    {
        _paces.From(_fast, 0, TimeSpan.Zero);
        Assert.Equal(7, _paces.From(Slow(latency: 290, wait: 0), 7, TimeSpan.Zero));
        Assert.Equal(7, _paces.From(new LeaseRequest { Holder = "new" }, 7, TimeSpan.Zero));
    }

    [Fact]
    public void A_slow_one_alone_gets_anything_also_when_the_fast_one_is_gone_or_has_left_its_work()
    {
        Assert.Equal(0, _paces.From(Slow(latency: 3000, wait: 0), 0, TimeSpan.Zero));
        _paces.From(_fast, 0, TimeSpan.Zero);
        Assert.Equal(280 + 1000, _paces.From(Slow(latency: 3000, wait: 0), 0, TimeSpan.FromSeconds(10)));
        Assert.Equal(0, _paces.From(Slow(latency: 3000, wait: 0), 0, TimeSpan.FromSeconds(10.5))); // 1,024 at 100/s and 0.2 s are 10.44 s
        Assert.NotEqual(0, _paces.From(Slow(latency: 3000, wait: 0), 0, TimeSpan.Zero));
        _paces.Lose("fast");
        Assert.Equal(0, _paces.From(Slow(latency: 3000, wait: 0), 0, TimeSpan.Zero));
    }

    private static LeaseRequest Slow(int latency, int wait) => new() { Holder = "slow", Speed = 10, LatencyMilliseconds = latency, WaitMilliseconds = wait };
}
