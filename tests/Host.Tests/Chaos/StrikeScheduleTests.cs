using ActorRlhf.Host.Chaos;

namespace ActorRlhf.Host.Tests.Chaos;

/// <summary>Who is struck how.</summary>
public sealed class StrikeScheduleTests
{
    [Fact]
    public void A_seed_decides_everything()
    {
        Assert.Equal(Take(3, 200), Take(3, 200));
        Assert.NotEqual(Take(3, 200), Take(4, 200));
    }

    [Fact]
    public void Half_are_kills_half_are_freezes_of_1_to_8_s_one_is_a_power_cut_and_everybody_gets_some()
    {
        var strikes = Take(1, 2000);
        Assert.Equal(StrikeKind.PowerCut, strikes[30].Kind);
        Assert.Equal(1, strikes.Count(strike => strike.Kind == StrikeKind.PowerCut));
        Assert.InRange(strikes.Count(strike => strike.Kind == StrikeKind.Kill), 900, 1100);
        Assert.All(strikes.Where(strike => strike.Kind == StrikeKind.Freeze), strike => Assert.InRange(strike.Duration.TotalSeconds, 1, 8));
        Assert.InRange(strikes.Where(strike => strike.Kind == StrikeKind.Freeze).Average(strike => strike.Duration.TotalSeconds), 4.2, 4.8);
        for (var node = 0; node < 7; node++) Assert.InRange(strikes.Count(strike => strike.Node == node), 230, 345);
    }

    private static List<Strike> Take(long seed, int count)
    {
        var schedule = new StrikeSchedule(seed, nodes: 7, count: 60);
        return [.. Enumerable.Range(0, count).Select(_ => schedule.Next())];
    }
}
