using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class AxisEvaluationFileTests : IDisposable
{
    private const string Good =
        """{"info":{"id":"a1","site":"cnn","title":"t","article":"long"},"split":"test","summary":{"text":"short","policy":"ref","note":"n","axes":{"overall":3,"accuracy":5,"coverage":4,"coherence":null}},"worker":"w","batch":"cnndm1"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private List<AxisEvaluation> Read(string text) => AxisEvaluationFile.Read(_folder.Write("cnndm1.json", text)).ToList();

    [Fact]
    public void A_line_becomes_a_rated_summary()
    {
        var evaluation = Assert.Single(Read(Good));
        Assert.Equal(new ComparedSummary("short", "ref", "n"), evaluation.Summary);
        Assert.Equal(new AxisRatings(3, 5, 4, null), evaluation.Ratings);
        Assert.Equal(("a1", "w", "cnndm1", "test", "long"), (evaluation.ExampleId, evaluation.Worker, evaluation.Batch, evaluation.Split, evaluation.Fields["article"]));
    }

    [Theory]
    [InlineData("\"overall\":3", "\"overall\":8", "\"summary.axes.overall\" is 8, not 1 to 7")]
    [InlineData("\"overall\":3", "\"overall\":\"3\"", "\"summary.axes.overall\" is \"3\", not an integer")]
    [InlineData("\"text\":\"short\",", "", "no \"summary.text\" field")]
    public void A_line_that_is_not_in_the_format_is_an_error(string old, string replacement, string expected)
    {
        var message = Assert.Throws<UserErrorException>(() => Read(Good.Replace(old, replacement, StringComparison.Ordinal) + "\n")).Message;
        Assert.StartsWith("cnndm1.json line 1: " + expected, message, StringComparison.Ordinal);
    }
}
