using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Actors.Tests.Rollouts;

/// <summary>How fast a rollout of 8 slots takes itself to be.</summary>
public sealed class SpeedMeterTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_device_whose_steps_take_as_long_with_one_sequence_is_as_fast_with_little_work()
    {
        // Ten steps a second of ten steps each: 8 episodes a second, of which one slot shows one.
        Assert.Equal((8.0, _second), new SpeedMeter().Add(Slice(finished: 1, tokens: 10, occupancy: 1 / 8.0, steps: 10), _second));
        var meter = new SpeedMeter();
        meter.Add(Slice(finished: 8, tokens: 80, occupancy: 1, steps: 5), _second);
        Assert.Equal(_second / 2, meter.Latency);
        Assert.Equal((8.0, _second), new SpeedMeter().Add(Slice(finished: 8, tokens: 80, occupancy: 1, steps: 10), _second));
    }

    [Fact]
    public void The_steps_before_the_first_response_count_too()
    {
        var meter = new SpeedMeter();
        Assert.Null(meter.Add(Slice(finished: 0, tokens: 80, occupancy: 1, steps: 0), _second));
        Assert.Null(meter.Latency);
        Assert.Equal((16.0, 2 * _second), meter.Add(Slice(finished: 2, tokens: 80, occupancy: 1, steps: 10), _second));
    }

    [Fact]
    public void A_short_time_is_no_measurement_and_an_idle_one_does_not_count()
    {
        var meter = new SpeedMeter();
        Assert.Null(meter.Add(Slice(finished: 4, tokens: 80, occupancy: 1, steps: 10), 2 * _second));
        Assert.Null(meter.Add(Slice(finished: 0, tokens: 0, occupancy: 0, steps: 0), 2 * _second));
        Assert.Equal((16.0, 2 * _second), meter.Add(Slice(finished: 4, tokens: 80, occupancy: 1, steps: 10), 2 * _second));
        Assert.Null(meter.Add(Slice(finished: 4, tokens: 80, occupancy: 1, steps: 10), 2 * _second));
        meter.Reset();
        Assert.Null(meter.Add(Slice(finished: 4, tokens: 80, occupancy: 1, steps: 10), 2 * _second));
    }

    private static GenerationSlice Slice(int finished, long tokens, double occupancy, double steps) =>
        new([.. Enumerable.Range(0, finished).Select(i => new Completion(i, [1], [2], [-1], true, 0, 0))], _second, 10, tokens, occupancy, steps);
}
