using ActorRlhf.Actors.Rollouts;

namespace ActorRlhf.Actors.Tests.Rollouts;

/// <summary>How much work a rollout asks for.</summary>
public sealed class LeaseSizingTests
{
    private static readonly LeaseSizing _sizing = new() { Lead = TimeSpan.FromSeconds(4), First = 8, Most = 500 };

    [Fact]
    public void The_first_request_is_small() => Assert.Equal(8, _sizing.Ask(0));

    [Fact]
    public void Afterwards_it_is_what_the_measured_speed_finishes_in_the_lead_time_less_what_is_there()
    {
        var measured = _sizing.Measured(30, TimeSpan.FromSeconds(2));
        Assert.Equal(15, measured.Speed);
        Assert.Equal((60, 45, 0), (measured.Ask(0), measured.Ask(15), measured.Ask(70)));
    }

    [Fact]
    public void It_is_never_nothing_and_never_more_than_the_most()
    {
        Assert.Equal(1, _sizing.Measured(0, TimeSpan.FromSeconds(2)).Ask(0));
        Assert.Equal(500, _sizing.Measured(int.MaxValue, TimeSpan.FromMilliseconds(1)).Ask(0));
    }

    [Fact]
    public void Older_measurements_count_less_by_their_age()
    {
        // After 10 s, one memory, the old speed of 10 counts 1/e: 110 + (10 - 110)/e
        var measured = _sizing.Measured(10, TimeSpan.FromSeconds(1)).Measured(1100, TimeSpan.FromSeconds(10));
        Assert.Equal(73.212056, measured.Speed!.Value, 1e-5);
        var cut = _sizing.Measured(10, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10; i++) cut = cut.Measured(110, TimeSpan.FromSeconds(1));
        Assert.Equal(73.212056, cut.Speed!.Value, 1e-5);
    }

    [Fact]
    public void A_measurement_of_no_time_is_none() => Assert.Equal(_sizing, _sizing.Measured(5, TimeSpan.Zero));
}
