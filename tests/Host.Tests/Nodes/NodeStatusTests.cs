using ActorRlhf.Actors.Protocol;
using ActorRlhf.Host.Nodes;

namespace ActorRlhf.Host.Tests.Nodes;

public sealed class NodeStatusTests
{
    private static readonly NodeStatus Node = new() { Name = "n", Roles = ["scorer"], Run = "r", Members = [], TotalEpisodes = 100 };
    private static readonly LearnerStatus Learner = new() { Phase = LearnerPhase.Paused, Reason = "KL is 99", Batches = 4, Version = 3, CheckpointVersion = 2 };

    [Fact]
    public void A_learners_word_counts_while_it_answers()
    {
        var status = Node.With(Learner, TimeSpan.FromSeconds(7), 32);
        Assert.Equal(("paused", "KL is 99", 3, 96), (status.Phase, status.Reason, status.Version, status.TrainedEpisodes));
    }

    [Fact]
    public void A_learner_that_does_not_answer_is_silent_and_what_it_said_of_the_run_stays()
    {
        var status = Node.With(Learner, TimeSpan.FromSeconds(12.4), 32);
        Assert.Equal((NodeStatus.Silent, "the learner has not answered for 12 s", 3), (status.Phase, status.Reason, status.Version));
    }

    [Fact]
    public void The_last_batch_may_be_smaller_than_the_others() => Assert.Equal(100, Node.With(new LearnerStatus { Version = 4 }, TimeSpan.Zero, 32).TrainedEpisodes);
}
