using System.Globalization;
using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Operations;

namespace ActorRlhf.Cli.Operator;

/// <summary>Shows what holds a run up.</summary>
public static class WhyText
{
    private const int NameWidth = 11;
    private const int BarWidth = 10;
    private const int NumbersAt = NameWidth + BarWidth + 6;

    /// <summary>The lines: the verdict, the stages with their loads and numbers, what else there is.</summary>
    /// <param name="why">What was found.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IReadOnlyList<ScreenLine> Render(Bottleneck why, int width)
    {
        List<ScreenLine> lines = [.. Wrapped.Labelled("", 0, Sentence(why.Verdict), width, Tone.Strong), new ScreenLine()];
        foreach (var stage in why.Stages)
        {
            var filled = (int)Math.Round(Math.Clamp(stage.Load, 0, 1) * BarWidth);
            var numbers = Wrapped.Lines(stage.Numbers, Math.Max(20, width - NumbersAt)).ToList();
            lines.Add(new ScreenLine().Fill(stage.Stage.ToString().ToLowerInvariant(), NameWidth, stage.Stage == why.Stage ? Tone.Strong : Tone.Plain)
                .Add(new string('█', filled), Tone.Figure).Add(new string('·', BarWidth - filled), Tone.Faint)
                .Fill(string.Create(CultureInfo.InvariantCulture, $"{100 * stage.Load:0}%"), 5, isRight: true).Add(" ").Add(numbers[0]));
            lines.AddRange(numbers.Skip(1).Select(more => new ScreenLine().Fill("", NumbersAt).Add(more)));
        }

        if (why.Notes.Count > 0) lines.Add(new ScreenLine());
        lines.AddRange(why.Notes.SelectMany(note => Wrapped.Labelled("note:", 6, note, width, Tone.Warning)));
        return [.. lines.Select(line => line.Within(width))];
    }

    private static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
