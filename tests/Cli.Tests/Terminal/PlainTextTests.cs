using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("naïve 漢字 😀 <b>", "naïve 漢字 😀 <b>")]
    [InlineData("two\nlines\tand\r\na tab", "two lines and  a tab")]
    [InlineData("\u001b[31mred\u0007\u007f", "␛[31mred␇␡")]
    [InlineData("\u009b2J", "\ufffd2J")]
    [InlineData("txt.\u202egnp", "txt.\ufffdgnp")]
    public void Nothing_commands_the_terminal(string text, string plain) => Assert.Equal(plain, PlainText.Line(text));
}
