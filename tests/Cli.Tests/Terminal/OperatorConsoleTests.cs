using ActorRlhf.Cli.Terminal;
using ActorRlhf.Host.Runs;

namespace ActorRlhf.Cli.Tests.Terminal;

public sealed class OperatorConsoleTests
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    private OperatorConsole Redirected => new(_output, _error, isTerminal: false, new ManualTime());

    [Fact]
    public void Redirected_output_has_no_control_codes_and_is_not_wrapped()
    {
        var console = Redirected;
        var wide = new string('x', 500);
        console.WriteTable(["name", "value"], [[wide, "1.5"], ["[bold]not markup[/]", "20%"]]);
        console.WithProgress(progress =>
        {
            progress.Report(new RunProgress("[red]", 1, 2, "steps"));
            return 0;
        });

        var text = _output.ToString() + _error;
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
        Assert.Contains(wide, text, StringComparison.Ordinal);
        Assert.Contains("[bold]not markup[/]", text, StringComparison.Ordinal);
        Assert.Contains("[red]: 1/2 steps", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_never_mixes_with_the_result()
    {
        var console = Redirected;
        var result = console.WithProgress(progress =>
        {
            progress.Report(new RunProgress("sft", 1, 2, "steps"));
            return 42;
        });

        Assert.Equal(42, result);
        Assert.Empty(_output.ToString());
        Assert.NotEmpty(_error.ToString());
    }

    [Fact]
    public void Json_has_snake_case_names_plain_text_and_keeps_nan()
    {
        Redirected.WriteJson(new { WinRate = 0.5, KlPerEpisode = double.NaN, Note = "naïve <b> & 'q'", Missing = (string?)null });

        Assert.Equal(
            """
            {
              "win_rate": 0.5,
              "kl_per_episode": "NaN",
              "note": "naïve <b> & 'q'"
            }

            """,
            _output.ToString());
    }

    [Fact]
    public void Progress_that_has_not_been_shown_is_shown_when_the_run_fails()
    {
        Assert.Throws<InvalidOperationException>(() => Redirected.WithProgress<int>(progress =>
        {
            progress.Report(new RunProgress("sft", 0, 9, "steps"));
            progress.Report(new RunProgress("sft", 7, 9, "steps"));
            throw new InvalidOperationException();
        }));
        Assert.Contains("7/9", _error.ToString(), StringComparison.Ordinal);
    }
}
