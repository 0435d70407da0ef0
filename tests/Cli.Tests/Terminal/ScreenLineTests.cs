using ActorRlhf.Cli.Terminal;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class ScreenLineTests
{
    [Theory]
    [InlineData("summary", 7, "summary")]
    [InlineData("summary", 6, "summa…")]
    [InlineData("summary", 1, "…")]
    [InlineData("summary", 0, "")]
    [InlineData("漢字漢字", 8, "漢字漢字")]
    [InlineData("漢字漢字", 7, "漢字漢…")]
    [InlineData("漢字漢字", 6, "漢字…")] // a character of two cells has no half
    [InlineData("a\u001b[2Jb", 9, "a␛[2Jb")]
    public void A_text_is_cut_by_the_cells_it_takes(string text, int width, string cut) => Assert.Equal(cut, ScreenLine.Cut(text, width));

    [Fact]
    public void Columns_are_filled_and_cut_and_aligned()
    {
        var line = new ScreenLine().Fill("node", 6).Fill("123", 5, isRight: true).To(13).Add("end").To(3).Add("far");
        Assert.Equal("node    123  end far", line.ToString());
        Assert.Equal(20, line.Width);
        Assert.Equal("node    1…", line.Within(10).ToString());
        Assert.Equal("rollou… up", new ScreenLine().Fill("rollout-17", 7).To(7).Add("up").ToString());
    }

    [Fact]
    public void Lines_are_the_same_when_they_look_the_same()
    {
        Assert.Equal(new ScreenLine().Add("a").Add("b"), new ScreenLine().Add("ab"));
        Assert.NotEqual(new ScreenLine().Add("ab", Tone.Bad), new ScreenLine().Add("ab"));
    }
}
