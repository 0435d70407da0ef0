using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class ComparisonFileTests : IDisposable
{
    private const string Good =
        """{"info":{"id":"t3_1","post":"p","title":"t","subreddit":"s","site":null},"summaries":[{"text":" one","policy":"sup4","note":null},{"text":"","policy":"ref","note":"n"}],"choice":1,"worker":"w","batch":"batch9","split":"train","extra":{"confidence":8}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private List<Comparison> Read(string text) => ComparisonFile.Read(_folder.Write("batch9.json", text)).ToList();

    [Fact]
    public void A_line_becomes_a_comparison()
    {
        var comparison = Assert.Single(Read(Good));
        Assert.Equal("t3_1", comparison.ExampleId);
        Assert.Equal(new Dictionary<string, string> { ["post"] = "p", ["title"] = "t", ["subreddit"] = "s" }, comparison.Fields);
        Assert.Equal([new ComparedSummary(" one", "sup4"), new ComparedSummary("", "ref", "n")], comparison.Summaries);
        Assert.Equal((1, "w", "batch9", "train", 8), (comparison.Choice, comparison.Worker, comparison.Batch, comparison.Split, comparison.Confidence));
    }

    [Fact]
    public void Comparisons_of_one_text_may_be_many() => Assert.Equal(2, Read(Good + "\n" + Good).Count);

    [Fact]
    public void What_was_written_is_what_is_read()
    {
        var comparison = Read(Good)[0] with
        {
            Summaries = [new("a\n\"b\""), new("ü\u2028", "p"), new("c"), new("d")],
            Choice = 3,
            Confidence = null,
        };
        var path = Path.Combine(_folder.Path, "out.jsonl");
        ComparisonFile.Write(path, [comparison, Read(Good)[0]]);
        Assert.Equivalent(new[] { comparison, Read(Good)[0] }, ComparisonFile.Read(path).ToArray(), strict: true);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file()
    {
        var path = Path.Combine(_folder.Path, "out.jsonl");
        var comparison = Read(Good)[0];
        ComparisonFile.Write(path, [comparison]);
        Assert.Throws<ArgumentException>(() => ComparisonFile.Write(path, [comparison, comparison with { Choice = 2 }]));
        Assert.Single(ComparisonFile.Read(path));
    }

    [Theory]
    [InlineData("\"choice\":1", "\"choice\":2", "\"choice\" is 2, and there are 2 summaries")]
    [InlineData("\"choice\":1", "\"choice\":-1", "\"choice\" is -1")]
    [InlineData("\"choice\":1", "\"choice\":0.5", "\"choice\" is 0.5, not an integer")]
    [InlineData("\"choice\":1", "\"choice\":\"1\"", "\"choice\" is \"1\", not an integer")]
    [InlineData("{\"text\":\" one\",\"policy\":\"sup4\",\"note\":null},", "", "\"summaries\" has 1")]
    [InlineData("{\"text\":\" one\",", "{", "no \"summaries[0].text\" field")]
    [InlineData("{\"text\":\" one\",\"policy\":\"sup4\",\"note\":null}", "7", "\"summaries[0]\" is 7, not an object")]
    [InlineData("\"id\":\"t3_1\",", "", "no \"info.id\" field")]
    [InlineData("\"worker\":\"w\",", "", "no \"worker\" field")]
    [InlineData("\"extra\":{\"confidence\":8}", "\"extra\":8", "\"extra\" is 8, not an object")]
    public void A_line_that_is_not_in_the_format_is_an_error(string old, string replacement, string expected)
    {
        Assert.Contains(old, Good, StringComparison.Ordinal);
        var message = Assert.Throws<UserErrorException>(() => Read(Good.Replace(old, replacement, StringComparison.Ordinal) + "\n")).Message;
        Assert.StartsWith("batch9.json line 1: " + expected, message, StringComparison.Ordinal);
        Assert.EndsWith("expected OpenAI's comparisons format", message, StringComparison.Ordinal);
    }
}
