using ActorRlhf.Host.Nodes;
using ActorRlhf.Host.Operations;
using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Host.Tests.Operations;

public sealed class RecentSamplesTests
{
    [Fact]
    public void Samples_of_the_last_updates_are_kept_the_newest_first()
    {
        var samples = new RecentSamples();
        for (var update = 1; update <= 20; update++) samples.Add([LearnerFiguresTests.Sample(update, "a"), LearnerFiguresTests.Sample(update, "b")]);
        Assert.Equal([20L, 20, 19, 19, 18, 18, 17, 17, 16, 16, 15, 15, 14, 14, 13, 13], samples.All.Select(sample => sample.Update));
    }

    [Fact]
    public void What_is_trained_on_again_is_there_once()
    {
        var samples = new RecentSamples();
        for (var update = 1; update <= 5; update++) samples.Add([LearnerFiguresTests.Sample(update, "before")]);
        samples.Rewind(3);
        samples.Add([LearnerFiguresTests.Sample(4, "again")]);
        Assert.Equal(["again", "before", "before", "before"], samples.All.Select(sample => sample.Summary));
    }

    [Fact]
    public void Of_a_batch_the_highest_and_the_lowest_score_are_chosen_and_two_between()
    {
        var batch = new[] { 3f, 9, 1, 5, 4, 8, 2 }.Select((score, i) => new Trajectory(i, [1], [2], [0], [0], score, 0)).ToArray();
        Assert.Equal([9f, 5, 3, 1], SampleObserver.Choose(batch).Select(episode => episode.Score));
        Assert.Equal([9f, 3], SampleObserver.Choose(batch[..2]).Select(episode => episode.Score));
        Assert.Equal([3f], SampleObserver.Choose(batch[..1]).Select(episode => episode.Score));
    }
}
