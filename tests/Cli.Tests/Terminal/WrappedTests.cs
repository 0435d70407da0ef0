using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class WrappedTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("one two", "one two")]
    [InlineData("one two three four", "one two|three four")]
    [InlineData("a verylongwordindeed b", "a|verylongwo|rdindeed b")]
    [InlineData("first\n\nsecond\r\nthird", "first||second|third")]
    [InlineData("日本語日本語 text", "日本語日本|語 text")]
    [InlineData("a\u001b[2Jb", "a␛[2Jb")]
    public void Text_is_broken_between_words_where_it_goes(string text, string lines) => Assert.Equal(lines.Split('|'), Wrapped.Lines(text, 10));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(-5, "0s")]
    [InlineData(59.9, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3599, "59m")]
    [InlineData(11_220, "3h07m")]
    [InlineData(187_200, "2d4h")]
    public void Ages_take_a_few_characters(double seconds, string text) => Assert.Equal(text, AgeText.Of(TimeSpan.FromSeconds(seconds)));
}
