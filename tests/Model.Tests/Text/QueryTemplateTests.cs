using System.Diagnostics;
using ActorRlhf.Model.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ActorRlhf.Model.Tests.Text;

public sealed class QueryTemplateTests
{
    private static readonly ByteLevelBpe BytesOnly = TokenizerFolder.Tokenizer();
    private static readonly ByteLevelBpe English = ByteLevelBpe.Train(Corpus.English, 700);

    private static readonly QueryTemplate Tldr = new()
    {
        Format = "SUBREDDIT: r/{subreddit}\n\nTITLE: {title}\n\nPOST: {post}\n\nTL;DR:", TruncateField = "post", Length = 512,
    };

    [Fact]
    public void Fields_fill_the_template()
    {
        var query = Tldr.Encode(English, Post("It's late.\n\nI can't sleep."));
        Assert.Equal("SUBREDDIT: r/advice\n\nTITLE: Help\n\nPOST: It's late.\n\nI can't sleep.\n\nTL;DR:", query.Text);
        Assert.Equal(English.Encode(query.Text), query.Tokens);
        Assert.Equal(["subreddit", "title", "post"], Tldr.Fields);
    }

    [Theory]
    [InlineData(17, "one\ntwo\nthree")]
    [InlineData(16, "one\ntwo")] // 13 + 4 is over by one, and the last line goes whole
    [InlineData(11, "one\ntwo")]
    [InlineData(10, "one")]
    [InlineData(7, "one")]
    [InlineData(6, "on")] // no line is left: character by character
    [InlineData(5, "o")]
    [InlineData(4, "")]
    public void The_last_lines_go_then_the_last_characters(int length, string left)
    {
        // One token a byte: "<" and "> =" are four.
        var template = new QueryTemplate { Format = "<{post}> =", TruncateField = "post", Length = length };
        Assert.Equal($"<{left}> =", template.Encode(BytesOnly, Post("one\ntwo\nthree")).Text);
    }

    [Fact]
    public void Without_a_truncate_text_it_is_characters_from_the_start_and_no_character_is_halved()
    {
        var template = new QueryTemplate { Format = "{post}:", TruncateField = "post", TruncateText = null, Length = 8 };
        Assert.Equal("a\nb😀:", template.Encode(BytesOnly, Post("a\nb😀😀")).Text); // 3 + 4 + 1; an emoji is four bytes
        Assert.Equal("a\nb:", (template with { Length = 7 }).Encode(BytesOnly, Post("a\nb😀😀")).Text);
    }

    [Fact]
    public void A_longer_truncate_text_goes_with_what_follows_it()
    {
        var template = new QueryTemplate { Format = "{post}", TruncateField = "post", TruncateText = "</p>", Length = 9 };
        Assert.Equal("<p>a", template.Encode(BytesOnly, Post("<p>a</p>\n<p>b</p>")).Text);
    }

    [Fact]
    public void The_cut_is_the_one_that_dropping_step_by_step_reaches()
    {
        var piece = Gen.Elements("the library ", "late", "\n", "\n\n", " ", "'", "s", "ing", "😀", "1", "eeee", "  ");
        var cases = piece.ListOf().Select(string.Concat).Zip(Gen.Choose(4, 40));
        Check.One(Properties.Of(400), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var template = new QueryTemplate { Format = "P: {post}\n\nT:", TruncateField = "post", Length = Math.Max(8, c.Item2) };
            return template.Encode(English, Post(c.Item1)).Text == StepByStep(template, c.Item1);
        }));
    }

    [Fact]
    public void The_cut_of_a_long_text_is_the_one_that_dropping_step_by_step_reaches()
    {
        var template = new QueryTemplate { Format = "P: {post}\n\nT:", TruncateField = "post", Length = 150 };
        foreach (var separator in (string[])["\n", " ", ""])
        {
            var post = string.Join(separator, Enumerable.Range(0, 300).Select(i => Corpus.English[i % 10].Substring(i % 40, 3 + i % 7)));
            Assert.Equal(StepByStep(template, post), template.Encode(English, Post(post)).Text);
        }
    }

    [Fact]
    public void An_empty_post_is_a_query_without_one()
    {
        var query = Tldr.Encode(English, Post(""));
        Assert.Equal("SUBREDDIT: r/advice\n\nTITLE: Help\n\nPOST: \n\nTL;DR:", query.Text);
        Assert.Equal(English.Encode(query.Text), query.Tokens);
    }

    [Theory]
    [InlineData(100_000, "")]
    [InlineData(20_000, "\n")]
    [InlineData(50_000, "😀")]
    public void A_huge_post_is_cut_quickly_and_to_the_brim(int words, string separator)
    {
        var random = new Random(2);
        var post = string.Join(separator, Enumerable.Range(0, words).Select(_ => (char)('a' + random.Next(26))));
        var watch = Stopwatch.StartNew();
        var query = Tldr.Encode(English, Post(post));
        // Takes a fraction of a second; encoding afresh for each dropped character takes hours.
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.InRange(query.Tokens.Count, 509, 512);
    }

    [Fact]
    public void A_missing_field_is_named_with_those_that_are_there()
    {
        var record = new Dictionary<string, string> { ["title"] = "", ["body"] = "" };
        var e = Assert.Throws<UserErrorException>(() => Tldr.Encode(English, record));
        Assert.Equal("query format: no field \"subreddit\" in the record; it has body, title", e.Message);
    }

    [Fact]
    public void A_rest_that_is_too_long_alone_is_refused_with_its_length()
    {
        var template = new QueryTemplate { Format = "{title}{post}", TruncateField = "post", Length = 3 };
        var e = Assert.Throws<UserErrorException>(() => template.Encode(BytesOnly, Post("abc")));
        Assert.Equal(
            "query of 4 tokens with an empty \"post\", and 3 are allowed; raise the query length or shorten the other fields", e.Message);
        Assert.Throws<UserErrorException>(() => template.Encode(BytesOnly, Post("")));
    }

    [Fact]
    public void A_truncate_field_outside_the_format_is_refused()
    {
        var e = Assert.Throws<UserErrorException>(() => (Tldr with { TruncateField = "article" }).Encode(English, Post("")));
        Assert.Equal("query truncate field \"article\" is not in the format, which has post, subreddit, title", e.Message);
    }

    [Fact]
    public void Doubled_braces_are_braces() =>
        Assert.Equal("{x} {}", (Tldr with { Format = "{{{post}}} {{}}" }).Encode(English, Post("x")).Text);

    [Theory]
    [InlineData("a {post", 3)]
    [InlineData("a post}", 7)]
    [InlineData("{}", 1)]
    [InlineData("{post:>10}", 1)]
    public void A_format_that_is_none_is_refused_with_the_place(string format, int character)
    {
        var e = Assert.Throws<UserErrorException>(() => (Tldr with { Format = format }).Fields);
        Assert.Equal(
            $"query format \"{format}\", character {character}: expected {{name}}, or {{{{ and }}}} for the braces themselves", e.Message);
    }

    [Fact]
    public void Padding_goes_to_the_left()
    {
        var query = new EncodedQuery([5, 6], "");
        Assert.Equal([9, 9, 5, 6], query.Padded(4, 9));
        Assert.Equal([5, 6], query.Padded(2, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => query.Padded(1, 9));
    }

    /// <summary>The definition: drop from the last newline, or else the last character, until it fits.</summary>
    private static string StepByStep(QueryTemplate template, string post)
    {
        while (true)
        {
            var text = template.Format.Replace("{post}", post, StringComparison.Ordinal);
            if (English.Encode(text).Length <= template.Length)
                return text;
            var newline = post.LastIndexOf('\n');
            post = post[..(newline >= 0 ? newline : post.Length - (post.Length > 1 && char.IsLowSurrogate(post[^1]) ? 2 : 1))];
        }
    }

    private static Dictionary<string, string> Post(string post) => new() { ["subreddit"] = "advice", ["title"] = "Help", ["post"] = post };
}
