using ActorRlhf.Actors.Protocol;
using ActorRlhf.Actors.Rollouts;

namespace ActorRlhf.Actors.Tests.Rollouts;

/// <summary>Finished responses until they are settled.</summary>
public sealed class RolloutOutboxTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly RolloutOutbox<string> _outbox = new(_patience);

    public RolloutOutboxTests()
    {
        foreach (var episode in new[] { 5, 1, 3 }) _outbox.Add(new SampledEpisode { Episode = episode });
    }

    [Fact]
    public void What_a_scorer_has_is_not_given_to_another()
    {
        Assert.Equal([1, 3], Hand("a", 2));
        Assert.Equal([5], Hand("b", 2));
        Assert.Equal((3, 0, 3), (_outbox.Count, _outbox.Waiting, _outbox.Handed));
    }

    [Fact]
    public void What_is_settled_is_gone_wherever_it_was()
    {
        Hand("a", 1);
        Assert.Equal([true, true, false], new long[] { 1, 3, 99 }.Select(_outbox.Settle));
        Assert.Equal((1, 1, 0), (_outbox.Count, _outbox.Waiting, _outbox.Handed));
        Assert.False(_outbox.Contains(1));
        _outbox.Lose("a");
        Assert.Equal([5], Hand("b", 9));
    }

    [Fact]
    public void What_a_lost_scorer_had_is_given_to_another()
    {
        Hand("a", 1);
        Hand("b", 1);
        _outbox.Lose("a");
        Assert.Equal([1, 5], Hand("c", 9));
    }

    [Fact]
    public void What_a_scorer_has_for_too_long_is_given_to_another()
    {
        Hand("a", 1);
        _outbox.Hand("a", 1, TimeSpan.FromTicks(1));
        _outbox.Expire(_patience);
        Assert.Equal([1, 5], Hand("b", 9));
    }

    [Fact]
    public void What_is_trained_on_is_gone_wherever_it_was()
    {
        Hand("a", 1);
        Assert.Equal([1, 3], _outbox.SettleBelow(5));
        Assert.Equal((1, 1, 0), (_outbox.Count, _outbox.Waiting, _outbox.Handed));
        Assert.Empty(_outbox.SettleBelow(5));
    }

    [Fact]
    public void A_second_response_of_an_episode_is_not_kept()
    {
        Hand("a", 1);
        _outbox.Add(new SampledEpisode { Episode = 1, PolicyVersion = 9 });
        Assert.Equal((3, 2), (_outbox.Count, _outbox.Waiting));
    }

    private IEnumerable<long> Hand(string scorer, int count) => _outbox.Hand(scorer, count, TimeSpan.Zero).Select(sampled => sampled.Episode);
}
