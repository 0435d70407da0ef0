using ActorRlhf.Cli.Operator.Episodes;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Tests.Operator.Episodes;

public sealed class StoryLinesTests
{
    internal static EpisodeStory Told { get; } = new()
    {
        Episode = 5, Run = "debian", Phase = StoryPhase.Trained, Told = "trained on in update 1 of 32", Shard = 0, Update = 1,
        Prompt = "A library for rigid body kinematics, forward and inverse, of robots and other chains.\n\nTL;DR:", PromptTokens = 31, Reference = "Kinematics library",
        Rollout = "rollout-1", GeneratedAt = At(0), PolicyVersion = 0, Summary = "library \u001b[2Jfor robots", ScoredAt = At(250), TrainedAt = At(1500), BatchEpisodes = 256, Lag = 0,
        Tokens = [new StoryToken(356, " library\n", -2.5, -2.75), new StoryToken(285, " for", -0.125, -0.5)], Score = -0.25, Kl = 0.625, KlCoefficient = 0.0625, Reward = -0.2890625,
    };

    [Fact]
    public void A_story_is_told_from_the_prompt_to_the_batch() => Assert.Equal(
        """
        Episode 5 of run debian: trained on in update 1 of 32.
        prompt     A library for rigid body kinematics, forward and inverse, of robots
                   and other chains.
                   
                   TL;DR:
                   (31 tokens)
        human      Kinematics library
        summary    library ␛[2Jfor robots
        generated  2026-01-31 09:30:00.000 UTC by rollout-1, with policy 0
        journaled  2026-01-31 09:30:00.250 UTC by shard 0
        trained    2026-01-31 09:30:01.500 UTC in update 1 with 255 others, 0 versions
                   behind
        score      -0.25
        KL         0.625 nats over 2 tokens
        reward     -0.2891 = -0.25 - 0.0625 * 0.625

        log-probability of each token under the policy and the reference, and their dif…
             -2.5    -2.75     0.25  356    " library\n"
           -0.125     -0.5    0.375  285    " for"
        """.ReplaceLineEndings("\n"), string.Join('\n', StoryLines.Render(Told, 80)));

    [Fact]
    public void What_has_not_happened_yet_is_not_told()
    {
        var early = Told with
        {
            Phase = StoryPhase.Unissued, Told = "not generated yet; it is of the batch of update 1 of 32", Rollout = null, GeneratedAt = null, PolicyVersion = null, Summary = null, ScoredAt = null,
            TrainedAt = null, BatchEpisodes = null, Lag = null, Tokens = [], Score = null, Kl = null, KlCoefficient = null, Reward = null, Prompt = null,
        };
        Assert.Equal(
            ["Episode 5 of run debian: not generated yet; it is of the batch of update 1 of 32.", "prompt     31 tokens", "human      Kinematics library"],
            StoryLines.Render(early, 100).Select(line => line.ToString()));
    }

    [Fact]
    public void A_reward_that_cannot_be_told_says_why() => Assert.Contains(
        StoryLines.Render(Told with { KlCoefficient = null, Reward = null }, 120), line => line.ToString().StartsWith("reward     not known here", StringComparison.Ordinal));

    private static DateTimeOffset At(int milliseconds) => new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero).AddMilliseconds(milliseconds);
}
