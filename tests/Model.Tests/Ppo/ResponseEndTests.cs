using ActorRlhf.Model.Ppo;

namespace ActorRlhf.Model.Tests.Ppo;

public sealed class ResponseEndTests
{
    private const int End = 0;

    [Theory]
    [InlineData(new[] { 5, 6, 0, 7, 0 }, 8, new[] { 5, 6, 0 })] // the first end counts
    [InlineData(new[] { 0, 7 }, 8, new[] { 0 })]                // ends at once
    [InlineData(new[] { 5, 6, 7 }, 8, new[] { 5, 6, 7 })]       // never ends
    [InlineData(new[] { 5, 6, 7, 0 }, 3, new[] { 5, 6, 7 })]    // ends too late
    [InlineData(new[] { 5, 6, 0 }, 3, new[] { 5, 6, 0 })]       // ends just in time
    [InlineData(new int[0], 3, new int[0])]
    public void A_response_is_cut_behind_its_first_end_of_text(int[] sampled, int length, int[] expected) =>
        Assert.Equal(expected, ResponseEnd.Truncate(sampled, End, length).ToArray());

    [Fact]
    public void A_response_that_never_ends_scores_the_penalty_whatever_the_reward_model_says()
    {
        var settings = new PpoSettings { UnendedScore = -2.5 };

        Assert.Equal(9f, ResponseEnd.Score([4, End], End, 9f, settings));
        Assert.Equal(-2.5f, ResponseEnd.Score([4, 4], End, 9f, settings));
        Assert.Equal(-1f, ResponseEnd.Score([], End, 9f, new PpoSettings()));
    }

    [Fact]
    public void A_trajectory_that_cannot_be_learned_from_names_its_episode_and_the_fault()
    {
        var good = new Trajectory(31, [1, 2], [3, 0], [-1, -2], [-1, -2], 0.5f, 4);
        good.Validate();

        Fails(good with { Query = [] }, "no tokens");
        Fails(good with { Response = [] }, "one end-of-text token");
        Fails(good with { BehaviourLogProbabilities = [-1] }, "1 behaviour log-probabilities for 2 response tokens");
        Fails(good with { ReferenceLogProbabilities = [-1, float.NaN] }, "NaN is among its reference log-probabilities");
        Fails(good with { Values = [1, 2, 3] }, "3 values");
        Fails(good with { Score = float.PositiveInfinity }, "score is Infinity");

        static void Fails(Trajectory trajectory, string part)
        {
            string message = Assert.Throws<ArgumentException>(trajectory.Validate).Message;
            Assert.Contains("Episode 31", message);
            Assert.Contains(part, message);
        }
    }
}
