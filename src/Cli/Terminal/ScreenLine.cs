using System.Text;
using Spectre.Console;

namespace ActorRlhf.Cli.Terminal;

/// <summary>A line of a screen: pieces of text, each of a tone. Widths are in the terminal's cells, of which many characters take two.</summary>
public sealed class ScreenLine : IEquatable<ScreenLine>
{
    private readonly List<(string Text, Tone Tone)> _pieces = [];

    /// <summary>Its pieces.</summary>
    public IReadOnlyList<(string Text, Tone Tone)> Pieces => _pieces;

    /// <summary>Its width.</summary>
    public int Width { get; private set; }

    /// <summary>Adds a piece. What would command the terminal does not (<see cref="PlainText"/>).</summary>
    public ScreenLine Add(string text, Tone tone = Tone.Plain)
    {
        var plain = PlainText.Line(text);
        if (plain.Length == 0) return this;
        if (_pieces is [.., var last] && last.Tone == tone) _pieces[^1] = (last.Text + plain, tone);
        else _pieces.Add((plain, tone));
        Width += plain.GetCellWidth();
        return this;
    }

    /// <summary>Adds spaces up to a column, or one where it is there already.</summary>
    public ScreenLine To(int column) => Add(new string(' ', Math.Max(Width == 0 ? 0 : 1, column - Width)));

    /// <summary>Adds a piece that fills a column: cut where it is too wide.</summary>
    public ScreenLine Fill(string text, int width, Tone tone = Tone.Plain, bool isRight = false)
    {
        var cut = Cut(text, width);
        var space = new string(' ', width - cut.GetCellWidth());
        return isRight ? Add(space).Add(cut, tone) : Add(cut, tone).Add(space);
    }

    /// <summary>The line without what is beyond a width.</summary>
    public ScreenLine Within(int width)
    {
        if (Width <= width) return this;
        var line = new ScreenLine();
        foreach (var (text, tone) in _pieces)
        {
            if (line.Width + text.GetCellWidth() <= width) line.Add(text, tone);
            else return line.Add(Cut(text, width - line.Width), tone);
        }

        return line;
    }

    /// <summary>A text that takes no more than a width; where something was cut off it ends with an ellipsis.</summary>
    public static string Cut(string text, int width)
    {
        text = PlainText.Line(text);
        if (text.GetCellWidth() <= width) return text;
        var (cut, room) = (new StringBuilder(), width - 1);
        foreach (var rune in text.EnumerateRunes())
        {
            var each = rune.ToString();
            if ((room -= each.GetCellWidth()) < 0) break;
            cut.Append(each);
        }

        return width > 0 ? cut.Append('…').ToString() : "";
    }

    /// <inheritdoc/>
    public bool Equals(ScreenLine? other) => other is not null && _pieces.SequenceEqual(other._pieces);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ScreenLine);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Its text.</summary>
    public override string ToString() => string.Concat(_pieces.Select(piece => piece.Text));
}
