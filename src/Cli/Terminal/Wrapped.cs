using System.Text;
using Spectre.Console;

namespace ActorRlhf.Cli.Terminal;

/// <summary>Long text in several lines.</summary>
public static class Wrapped
{
    /// <summary>The lines of a text, broken between words where it goes, otherwise within them. There is at least one.</summary>
    /// <param name="text">The text; its own line breaks stay, what would command the terminal does not (<see cref="PlainText"/>).</param>
    /// <param name="width">Cells that a line may take; at least 2.</param>
    public static IEnumerable<string> Lines(string text, int width)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = new StringBuilder();
            var room = width;
            foreach (var word in PlainText.Line(paragraph).Split(' '))
            {
                var cells = word.GetCellWidth();
                if (room < width && cells + 1 > room)
                {
                    yield return line.ToString();
                    line.Clear();
                    room = width;
                }

                if (room < width)
                {
                    line.Append(' ');
                    room--;
                }

                foreach (var rune in word.EnumerateRunes())
                {
                    var each = rune.ToString();
                    if (each.GetCellWidth() > room)
                    {
                        yield return line.ToString();
                        line.Clear();
                        room = width;
                    }

                    line.Append(each);
                    room -= each.GetCellWidth();
                }
            }

            yield return line.ToString();
        }
    }

    /// <summary>The lines of a text behind a label.</summary>
    /// <param name="label">The label, of the first line alone.</param>
    /// <param name="labelWidth">Its cells.</param>
    /// <param name="text">The text.</param>
    /// <param name="width">Cells of all of it.</param>
    /// <param name="tone">The text's.</param>
    public static IEnumerable<ScreenLine> Labelled(string label, int labelWidth, string text, int width, Tone tone = Tone.Plain) =>
        Lines(text, Math.Max(20, width - labelWidth)).Select((line, i) => new ScreenLine().Fill(i == 0 ? label : "", labelWidth, Tone.Faint).Add(line, tone));
}
