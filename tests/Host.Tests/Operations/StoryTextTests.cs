using ActorRlhf.Actors.Episodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Host.Tests.Operations;

public sealed class StoryTextTests
{
    private static readonly EpisodePlan _plan = new() { Run = "run", TotalEpisodes = 1024, BatchSize = 32, Shards = 2 };
    private static readonly EpisodeStory _story = new() { Episode = 3, Run = "run", Phase = StoryPhase.Unissued, Told = "", Shard = 0, Update = 1, PromptTokens = 4 };

    [Theory]
    [InlineData(StoryPhase.Unissued, 0, "not generated yet; it is of the batch of update 1 of 32")]
    [InlineData(StoryPhase.Leased, 0, "being worked on by rollout-1#7, whose lease lasts 13 s more; nothing of it is journaled yet")]
    [InlineData(StoryPhase.Held, 2, "generated, scored and journaled; it waits for the rest of the batch of update 1 of 32")]
    [InlineData(StoryPhase.Formed, 2, "in the journaled batch of update 1 of 32, which is taken now, or again")]
    [InlineData(StoryPhase.Trained, 2, "trained on in update 1 of 32")]
    [InlineData(StoryPhase.Trained, 0, "trained on in update 1 of 32; the journal has been compacted since, so nothing more is known of it (rlhf.cluster.keep-batches keeps batches)")]
    public void How_far_an_episode_is_and_what_is_missing_is_said(StoryPhase phase, int tokens, string told)
    {
        var story = _story with { Phase = phase, Holder = "rollout-1#7", LeaseSeconds = 12.6, Tokens = [.. Enumerable.Repeat(new StoryToken(1, "a", -1, -1), tokens)] };
        Assert.Equal(told, StoryText.Of(story, _plan, isAnswered: true));
    }

    [Fact]
    public void Where_the_shard_does_not_answer_that_is_said() => Assert.Equal(
        "not generated yet; it is of the batch of update 1 of 32 (its shard does not answer: what the journal does not have is not known)", StoryText.Of(_story, _plan, isAnswered: false));
}
