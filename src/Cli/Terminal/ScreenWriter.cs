using System.Globalization;
using System.Text;
using Spectre.Console;

namespace ActorRlhf.Cli.Terminal;

/// <summary>
/// Shows lines on a terminal's other screen and leaves the ordinary one as it was. A frame is one write with the rows that are not what they were, so that it is
/// quick over a slow line.
/// </summary>
public sealed class ScreenWriter : IDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J"; // the other screen, no cursor, no wrapping, all of it empty
    private const string Leave = "\u001b[?7h\u001b[?25h\u001b[?1049l";

    private readonly TextWriter _out;
    private readonly StringWriter _styled = new(CultureInfo.InvariantCulture);
    private readonly IAnsiConsole _style;
    private readonly Lock _lock = new();
    private IReadOnlyList<ScreenLine> _shown = [];
    private (int Width, int Height) _size;
    private bool _isThere;

    /// <summary>A writer.</summary>
    /// <param name="output">The terminal.</param>
    /// <param name="colors">What it can show.</param>
    public ScreenWriter(TextWriter output, ColorSystem colors)
    {
        _out = output;
        _style = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_styled), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.No,
            ColorSystem = colors switch
            {
                ColorSystem.NoColors => ColorSystemSupport.NoColors,
                ColorSystem.Legacy => ColorSystemSupport.Legacy,
                ColorSystem.Standard => ColorSystemSupport.Standard,
                ColorSystem.EightBit => ColorSystemSupport.EightBit,
                _ => ColorSystemSupport.TrueColor,
            },
        });
        _style.Profile.Width = int.MaxValue / 2; // lines are no wider than the terminal already
    }

    /// <summary>Shows lines.</summary>
    /// <param name="lines">As many as there are rows.</param>
    /// <param name="width">Columns of the terminal; where the size is another than it was, all is drawn anew.</param>
    /// <param name="height">Its rows.</param>
    public void Show(IReadOnlyList<ScreenLine> lines, int width, int height)
    {
        lock (_lock)
        {
            var frame = new StringBuilder();
            if (!_isThere) frame.Append(Enter);
            else if (_size != (width, height)) frame.Append("\u001b[2J");
            if (!_isThere || _size != (width, height)) _shown = [];
            for (var row = 0; row < Math.Min(lines.Count, height); row++)
            {
                if (row < _shown.Count && _shown[row].Equals(lines[row])) continue;
                frame.Append(CultureInfo.InvariantCulture, $"\u001b[{row + 1};1H").Append(Styled(lines[row]));
                if (lines[row].Width < width) frame.Append("\u001b[K"); // in the last column it would take the character there
            }

            (_shown, _size, _isThere) = (lines, (width, height), true);
            if (frame.Length == 0) return;
            _out.Write(frame.ToString());
            _out.Flush();
        }
    }

    /// <summary>Gives the terminal its ordinary screen back; what is shown next begins anew.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isThere) return;
            _isThere = false;
            _out.Write(Leave);
            _out.Flush();
        }
    }

    private string Styled(ScreenLine line)
    {
        _styled.GetStringBuilder().Clear();
        _style.Write(new StyledLine(line));
        return _styled.ToString();
    }
}
