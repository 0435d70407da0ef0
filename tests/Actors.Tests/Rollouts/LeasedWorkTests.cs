using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;
using ActorRlhf.Actors.Tests.Episodes;

namespace ActorRlhf.Actors.Tests.Rollouts;

/// <summary>What a rollout has leased and not begun: 200 episodes in batches of 100, on 2 shards.</summary>
public sealed class LeasedWorkTests
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(60);

    private readonly LeasedWork _work = new(Runs.Settings(200, 100, 2).Plan);

    [Fact]
    public void The_lowest_episode_comes_first()
    {
        Lease(70, 2);
        Lease(3, 1);
        Assert.Equal([3, 70, 71], TakeAll(version: 0));
    }

    [Fact]
    public void What_needs_a_newer_policy_waits_for_it()
    {
        Lease(99, 1);
        Lease(100, 1, version: 1);
        Assert.Equal([99], TakeAll(version: 0));
        Assert.Equal(1, _work.Count);
        Assert.Equal([100], TakeAll(version: 1));
    }

    [Fact]
    public void What_is_over_its_time_is_dropped()
    {
        Lease(3, 1);
        _work.Add(new Lease { First = 4, Count = 1 }, _deadline + _deadline);
        Assert.True(_work.TryTake(0, _deadline, out var episode));
        Assert.Equal((4, 1, 0), (episode.Value, _work.Dropped, _work.Count));
    }

    [Fact]
    public void What_is_trained_is_dropped()
    {
        Lease(98, 4);
        _work.DropTrained(1);
        Assert.Equal(2, _work.Dropped);
        Assert.Equal([100, 101], _work.TakeAll());
    }

    [Fact]
    public void It_is_handed_back_to_the_shards_it_came_from()
    {
        Lease(63, 2);
        var returned = LeasedWork.Return(Runs.Settings(200, 100, 2).Plan, "a", _work.TakeAll()).ToList();
        Assert.Equal([(0, "a", "63+1≥0"), (1, "a", "64+1≥0")], returned.Select(shard => (shard.Shard, shard.Holder, shard.Leases.Show())));
        Assert.Equal(0, _work.Count);
    }

    private void Lease(long first, int count, long version = 0) => _work.Add(new Lease { First = first, Count = count, MinimumVersion = version }, _deadline);

    private List<long> TakeAll(long version)
    {
        var all = new List<long>();
        while (_work.TryTake(version, TimeSpan.Zero, out var episode)) all.Add(episode.Value);
        return all;
    }
}
