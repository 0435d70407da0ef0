using ActorRlhf.Model.Alarms;

namespace ActorRlhf.Model.Tests.Alarms;

public sealed class RepetitionTests
{
    [Theory]
    [InlineData(new int[0], 0)]
    [InlineData(new[] { 5, 5 }, 0)] // one pair
    [InlineData(new[] { 1, 2, 3, 4, 5 }, 0)]
    [InlineData(new[] { 7, 7, 7, 7, 7 }, 0.75)] // one distinct pair of four
    [InlineData(new[] { 1, 2, 1, 2, 1, 2, 1 }, 2.0 / 3)] // 12 and 21, of six
    [InlineData(new[] { 1, 2, 3, 1, 2, 4 }, 0.2)] // 12 comes twice, of five
    public void It_is_the_share_of_pairs_that_came_before(int[] response, double expected) => Assert.Equal(expected, Repetition.Of(response), 12);
}
