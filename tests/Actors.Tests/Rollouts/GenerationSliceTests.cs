using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Model.Generation;

namespace ActorRlhf.Actors.Tests.Rollouts;

/// <summary>Generating for a short time. A sequence of the scripted generation ends after as many steps as its query's first token says.</summary>
public sealed class GenerationSliceTests
{
    private readonly ScriptedGeneration _generation = new(slots: 2);
    private readonly Dictionary<long, long> _begun = [];
    private long _steps;

    [Fact]
    public void A_slot_that_becomes_free_is_taken_at_once()
    {
        var backlog = new Queue<Query>([Steps(0, 1), Steps(1, 3), Steps(2, 2)]);
        var slice = Run(backlog, isSwapping: false, TimeSpan.MaxValue);
        Assert.Equal([0, 1, 2], slice.Finished.Select(completion => completion.EpisodeId).Order());
        Assert.Equal(3, _generation.Steps); // 0 beside 1, then 2 beside 1
        Assert.Equal(1, slice.Occupancy);
        Assert.Equal((1 + 3 + 2) / 3.0, slice.StepsEach, 12);
    }

    [Fact]
    public void When_the_time_is_over_the_rest_stays_for_the_next_slice()
    {
        var backlog = new Queue<Query>([Steps(0, 2), Steps(1, 2), Steps(2, 1)]);
        Assert.Empty(Run(backlog, isSwapping: false, TimeSpan.Zero).Finished);
        Assert.Equal((2, 1), (_generation.Active, backlog.Count));
        var second = Run(backlog, isSwapping: false, TimeSpan.Zero);
        Assert.Equal([0, 1], second.Finished.Select(completion => completion.EpisodeId));
        Assert.Equal(2, second.StepsEach); // one of them in the slice before
        Assert.Equal(0.5, Run(backlog, isSwapping: false, TimeSpan.MaxValue).Occupancy);
    }

    [Fact]
    public async Task Weights_are_swapped_in_before_the_first_step_with_or_without_sequences()
    {
        await _generation.Fetch(4, default);
        Run(new Queue<Query>(), isSwapping: true, TimeSpan.MaxValue);
        var slice = Run(new Queue<Query>([Steps(0, 1)]), isSwapping: false, TimeSpan.MaxValue);
        Assert.Equal(4, slice.Finished[0].FirstVersion);
    }

    private GenerationSlice Run(Queue<Query> backlog, bool isSwapping, TimeSpan time) => GenerationSlice.Run(_generation, backlog, isSwapping, time, _begun, ref _steps);

    private static Query Steps(long episode, int steps) => new(episode, [steps]);
}
