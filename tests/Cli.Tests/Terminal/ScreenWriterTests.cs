using ActorRlhf.Cli.Terminal;
using Spectre.Console;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class ScreenWriterTests : IDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
    private readonly Frames _frames = new();

    public void Dispose() => _frames.Dispose();

    [Fact]
    public void A_frame_is_one_write_of_the_rows_that_changed()
    {
        using var screen = new ScreenWriter(_frames, ColorSystem.NoColors);
        screen.Show(Lines("one", "two", "full"), 4, 3);
        screen.Show(Lines("one", "TWO", "full"), 4, 3);
        screen.Show(Lines("one", "TWO", "full"), 4, 3);
        screen.Show(Lines("one", "", "full"), 4, 3);
        Assert.Equal(
            [$"{Enter}\u001b[1;1Hone\u001b[K\u001b[2;1Htwo\u001b[K\u001b[3;1Hfull", "\u001b[2;1HTWO\u001b[K", "\u001b[2;1H\u001b[K"], _frames.All);
    }

    [Fact]
    public void After_another_size_or_when_it_comes_back_all_is_drawn_anew()
    {
        using var screen = new ScreenWriter(_frames, ColorSystem.NoColors);
        screen.Show(Lines("one"), 9, 1);
        screen.Show(Lines("one"), 8, 1);
        screen.Dispose();
        screen.Dispose();
        screen.Show(Lines("one"), 8, 1);
        Assert.Equal(
            [$"{Enter}\u001b[1;1Hone\u001b[K", "\u001b[2J\u001b[1;1Hone\u001b[K", "\u001b[?7h\u001b[?25h\u001b[?1049l", $"{Enter}\u001b[1;1Hone\u001b[K"], _frames.All);
    }

    [Fact]
    public void Colours_are_used_where_there_are_some()
    {
        using var screen = new ScreenWriter(_frames, ColorSystem.Standard);
        screen.Show([new ScreenLine().Add("up", Tone.Good).Add(" plain")], 80, 1);
        Assert.EndsWith("\u001b[1;1H\u001b[32mup\u001b[0m plain\u001b[K", _frames.All[0], StringComparison.Ordinal);
    }

    private static ScreenLine[] Lines(params string[] lines) => [.. lines.Select(line => new ScreenLine().Add(line))];

    private sealed class Frames : StringWriter
    {
        public List<string> All { get; } = [];

        public override void Write(string? value) => All.Add(value!);
    }
}
