using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorRlhf.Host.Runs;
using Spectre.Console;

namespace ActorRlhf.Cli.Terminal;

/// <summary>
/// What a command writes to: results to standard output, progress and errors to standard error. Bars and colours appear only where both are a
/// terminal; a pipe or a file gets plain text without control codes.
/// </summary>
public sealed class OperatorConsole
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly Lazy<IAnsiConsole> _screen;
    private readonly Lazy<IAnsiConsole> _errorScreen;
    private readonly TimeProvider _time;

    /// <summary>A console over two writers.</summary>
    /// <param name="output">For results.</param>
    /// <param name="error">For progress and errors.</param>
    /// <param name="isTerminal">Whether a person watches both, so that bars may move and colours show.</param>
    /// <param name="time">The clock of progress; the system's by default.</param>
    public OperatorConsole(TextWriter output, TextWriter error, bool isTerminal, TimeProvider? time = null)
    {
        Out = output;
        Error = error;
        IsTerminal = isTerminal;
        _time = time ?? TimeProvider.System;
        _screen = new(() => Open(output));
        _errorScreen = new(() => Open(error));
    }

    /// <summary>Standard output, for results.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether bars may move and colours show.</summary>
    public bool IsTerminal { get; }

    /// <summary>Standard output with Spectre.Console's widgets; without control codes where <see cref="IsTerminal"/> is false.</summary>
    public IAnsiConsole Screen => _screen.Value;

    /// <summary>The process's own console.</summary>
    public static OperatorConsole OpenStandard()
    {
        var isTerminal = !Console.IsOutputRedirected && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return new OperatorConsole(Console.Out, Console.Error, isTerminal);
    }

    /// <summary>Writes a line of the result.</summary>
    public void WriteLine(string line = "") => Out.WriteLine(line);

    /// <summary>Columns that there are; very many where standard output is no terminal.</summary>
    public int Width => Screen.Profile.Width;

    /// <summary>Writes lines of the result, with their tones where the terminal shows colours.</summary>
    public void WriteLines(IEnumerable<ScreenLine> lines)
    {
        foreach (var line in lines)
        {
            if (IsTerminal) Screen.Write(new StyledLine(line));
            else Out.Write(line);
            Out.WriteLine();
        }
    }

    /// <summary>Writes a line to standard error that is no part of the result; above the bars, where some are moving.</summary>
    public void Announce(string line)
    {
        if (IsTerminal)
            _errorScreen.Value.WriteLine(LiveProgress.Covering(line, _errorScreen.Value));
        else
            Error.WriteLine(line);
    }

    /// <summary>Writes a result as JSON: snake_case names, indented, NaN as the string <c>"NaN"</c>.</summary>
    public void WriteJson<T>(T value) => Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    /// <summary>Writes a table. Columns whose every cell is a number (or empty) are aligned to the right.</summary>
    /// <param name="headers">One a column.</param>
    /// <param name="rows">As many cells as there are headers, each; plain text.</param>
    public void WriteTable(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(IsTerminal ? TableBorder.Rounded : TableBorder.None);
        for (var column = 0; column < headers.Count; column++)
        {
            var isNumeric = rows.Count > 0 && rows.All(row => row[column].Length == 0 || IsNumber(row[column]));
            var header = new TableColumn(new Text(headers[column], new Style(decoration: Decoration.Bold)));
            table.AddColumn(isNumeric ? header.RightAligned() : header);
        }

        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        Screen.Write(table);
    }

    /// <summary>Runs something long while its progress is shown on standard error: moving bars in a terminal, lines otherwise.</summary>
    /// <param name="run">What to run, on the calling thread.</param>
    /// <returns>What it returned.</returns>
    public T WithProgress<T>(Func<IRunProgress, T> run)
    {
        if (IsTerminal)
            return LiveProgress.Show(_errorScreen.Value, _time, run);

        var progress = new PlainProgress(Error, _time);
        try
        {
            return run(progress);
        }
        finally
        {
            progress.Complete();
        }
    }

    private static bool IsNumber(string cell) =>
        double.TryParse(cell.TrimEnd('%'), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _);

    private IAnsiConsole Open(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!IsTerminal)
            console.Profile.Width = 4096; // a file has no edge to wrap at
        return console;
    }
}
