using System.Text;
using ActorRlhf.Model.Data;

namespace ActorRlhf.Model.Tests.Data;

public sealed class SummaryFileTests : IDisposable
{
    private const string Good = """{"id":"t3_1","subreddit":"tifu","title":"TIFU","post":"I did.\nIt broke.","summary":"did it"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private List<SummaryExample> Read(string text, SummaryFileFormat? format = null) =>
        SummaryFile.Read(_folder.Write("tldr.jsonl", text), format ?? SummaryFileFormat.Tldr).ToList();

    private string ErrorOf(string text, SummaryFileFormat? format = null) => Assert.Throws<UserErrorException>(() => Read(text, format)).Message;

    [Fact]
    public void A_tldr_line_becomes_an_example()
    {
        var example = Assert.Single(Read(Good));
        Assert.Equal("t3_1", example.Id);
        Assert.Equal("did it", example.Reference);
        Assert.Equal(new Dictionary<string, string> { ["subreddit"] = "tifu", ["title"] = "TIFU", ["post"] = "I did.\nIt broke." }, example.Fields);
    }

    [Fact]
    public void A_cnn_dm_file_may_have_no_ids()
    {
        var examples = Read("{\"article\":\"Long.\",\"highlights\":\"Short .\\nToo .\"}\n{\"id\":\"x\",\"article\":\"More.\",\"highlights\":\"Less.\"}\n", SummaryFileFormat.CnnDailyMail);
        Assert.Equal(["line-1", "x"], examples.Select(e => e.Id));
        Assert.Equal("Short .\nToo .", examples[0].Reference);
        Assert.Equal("Long.", examples[0].Fields["article"]);
    }

    [Fact]
    public void Another_dataset_is_another_format_value()
    {
        var format = new SummaryFileFormat { Name = "our mails", IdField = "key", Fields = ["body"], ReferenceField = "subject" };
        Assert.Equal("hello", Assert.Single(Read("""{"key":"1","body":"b","subject":"hello"}""", format)).Reference);
    }

    [Fact]
    public void Blank_lines_CRLF_and_a_byte_order_mark_are_passed_over() =>
        Assert.Equal(2, Read("\uFEFF" + Good + "\r\n\r\n  \n" + Good.Replace("t3_1", "t3_2", StringComparison.Ordinal)).Count);

    [Fact]
    public void An_empty_file_has_no_examples() => Assert.Empty(Read(""));

    [Fact]
    public void An_empty_post_is_kept() => Assert.Equal("", Read(Good.Replace("I did.\\nIt broke.", "", StringComparison.Ordinal))[0].Fields["post"]);

    [Fact]
    public void A_post_of_one_word_of_100000_characters_is_read_whole()
    {
        var word = new string('x', 100_000);
        var examples = Read(Good.Replace("I did.", word, StringComparison.Ordinal) + "\n" + Good.Replace("t3_1", "t3_2", StringComparison.Ordinal));
        Assert.StartsWith(word, examples[0].Fields["post"], StringComparison.Ordinal);
        Assert.Equal("t3_2", examples[1].Id);
    }

    [Fact]
    public void Examples_before_a_bad_line_come_out_before_it_is_read() =>
        Assert.Equal("t3_1", SummaryFile.Read(_folder.Write("tldr.jsonl", Good + "\nbad\n"), SummaryFileFormat.Tldr).First().Id);

    [Fact]
    public void Lines_wherever_the_read_buffer_ends_come_out_whole()
    {
        var lines = Enumerable.Range(0, 3000).Select(i => Good.Replace("t3_1", $"t3_{i}", StringComparison.Ordinal).Replace("It broke.", new string('é', i % 97), StringComparison.Ordinal));
        var examples = Read(string.Join('\n', lines));
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => $"t3_{i}"), examples.Select(e => e.Id));
        Assert.All(examples.Index(), e => Assert.Equal("I did.\n" + new string('é', e.Index % 97), e.Item.Fields["post"]));
    }

    [Fact]
    public void A_missing_field_is_an_error_with_file_line_and_format() =>
        Assert.Equal("tldr.jsonl line 2: no \"summary\" field; expected OpenAI's tldr_3_filtered format", ErrorOf(Good + "\n" + """{"id":"a","subreddit":"","title":"","post":""}"""));

    [Theory]
    [InlineData("\"summary\":\"did it\"", "\"summary\":3", "\"summary\" is 3, not a string")]
    [InlineData("\"summary\":\"did it\"", "\"summary\":[\"x\"]", "\"summary\" is a list, not a string")]
    [InlineData("\"summary\":\"did it\"", "\"summary\":null", "no \"summary\" field")]
    [InlineData("\"summary\":\"did it\"", "\"summary\":\" \\n\"", "\"summary\" is empty")]
    [InlineData("\"id\":\"t3_1\"", "\"id\":\"\"", "\"id\" is empty")]
    [InlineData("\"title\":\"TIFU\"", "\"title\":\"\\ud800\"", "half of a surrogate pair")]
    public void A_field_that_is_not_what_it_should_be_is_an_error(string old, string replacement, string expected)
    {
        var message = ErrorOf(Good.Replace(old, replacement, StringComparison.Ordinal) + "\n");
        Assert.StartsWith("tldr.jsonl line 1: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_duplicate_id_is_an_error_that_names_both_lines() =>
        Assert.Contains("line 3: id \"t3_1\" is line 1's too", ErrorOf(Good + "\n\n" + Good), StringComparison.Ordinal);

    [Theory]
    [InlineData("nonsense\n", "line 1: not JSON (column 2)")]
    [InlineData("[1]\n", "line 1: not a JSON object")]
    public void A_line_that_is_no_object_is_an_error(string text, string expected) => Assert.Contains(expected, ErrorOf(text), StringComparison.Ordinal);

    [Fact]
    public void A_last_line_cut_off_is_an_error_that_says_so() =>
        Assert.Contains("line 2: the last line is not complete", ErrorOf(Good + "\n" + Good[..40]), StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_an_error()
    {
        var path = Path.Combine(_folder.Path, "tldr.jsonl");
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(Good + "\n{\"id\":\""), 0xC3, 0x28, .. "\"}\n"u8]);
        var message = Assert.Throws<UserErrorException>(() => SummaryFile.Read(path, SummaryFileFormat.Tldr).ToList()).Message;
        Assert.StartsWith("tldr.jsonl line 2: not valid UTF-8", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_user_error() =>
        Assert.Contains("none.jsonl cannot be read", Assert.Throws<UserErrorException>(() => SummaryFile.Read(Path.Combine(_folder.Path, "none.jsonl"), SummaryFileFormat.Tldr).ToList()).Message, StringComparison.Ordinal);
}
