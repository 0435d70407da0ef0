using ActorRlhf.Model.Text;

namespace ActorRlhf.Model.Tests.Text;

public sealed class ResponseFormatTests
{
    private const int End = 256, Pad = 257;

    private static readonly ByteLevelBpe Bpe = TokenizerFolder.Tokenizer();
    private static readonly ResponseFormat Format = ResponseFormat.Of(Bpe.WithPadding(Pad), 4);

    [Theory]
    [InlineData(new[] { 1, 2, End, 3 }, new[] { 1, 2, End, Pad })]
    [InlineData(new[] { 1, End, 2, End }, new[] { 1, End, Pad, Pad })]
    [InlineData(new[] { End, 1, 2, 3 }, new[] { End, Pad, Pad, Pad })]
    [InlineData(new[] { 1, 2, 3, End }, new[] { 1, 2, 3, End })]
    [InlineData(new[] { 1, 2, 3, 4 }, new[] { 1, 2, 3, 4 })]
    [InlineData(new[] { 1, 2, 3, 4, End }, new[] { 1, 2, 3, 4 })]
    [InlineData(new[] { 1 }, new[] { 1, Pad, Pad, Pad })]
    [InlineData(new int[0], new[] { Pad, Pad, Pad, Pad })]
    public void A_response_runs_to_its_first_end_and_is_padded_after(int[] sampled, int[] padded) =>
        Assert.Equal(padded, Format.Pad(sampled));

    [Fact]
    public void A_summary_becomes_its_tokens_and_an_end_and_back()
    {
        Assert.Equal([64, 65, 66, End], Format.Encode(Bpe, "abc"));
        Assert.Equal([End], Format.Encode(Bpe, ""));
        Assert.Equal("abc", Format.Decode(Bpe, [64, 65, 66, End]));
        Assert.Equal("a", Format.Decode(Bpe, [64, End, Pad, Pad]));
        Assert.Equal("abca", Format.Decode(Bpe, [64, 65, 66, 64]));
        Assert.Equal("", Format.Decode(Bpe, [End]));
    }

    [Fact]
    public void A_summary_over_the_limit_is_refused_or_loses_its_last_tokens()
    {
        var e = Assert.Throws<UserErrorException>(() => Format.Encode(Bpe, "abcd"));
        Assert.Equal("summary of 5 tokens with its end, and 4 are allowed: \"abcd\"; raise the response length or drop it", e.Message);
        Assert.Equal([64, 65, 66, End], Format.Encode(Bpe, "abcd", truncate: true));
    }

    [Fact]
    public void One_id_may_serve_as_end_and_padding()
    {
        var same = ResponseFormat.Of(Bpe, 4);
        Assert.Equal([64, End, End, End], same.Pad([64, End, 65, 66]));
        Assert.Equal("a", same.Decode(Bpe, same.Pad([64, End, 65, 66])));
    }
}
