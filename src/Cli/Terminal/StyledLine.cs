using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorRlhf.Cli.Terminal;

/// <summary>A line with its tones, for a console that shows colours. It does not break: who makes it sees to its width.</summary>
/// <param name="line">The line.</param>
internal sealed class StyledLine(ScreenLine line) : IRenderable
{
    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => new(line.Width, line.Width);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => line.Pieces.Select(piece => new Segment(piece.Text, StyleOf(piece.Tone)));

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Faint => new Style(decoration: Decoration.Dim),
        Tone.Figure => new Style(Color.Teal),
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Olive, decoration: Decoration.Bold),
        Tone.Bad => new Style(Color.Red, decoration: Decoration.Bold),
        Tone.Key => new Style(decoration: Decoration.Bold | Decoration.Underline),
        _ => Style.Plain,
    };
}
